import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { ApiError, ifMatch, readVersion, unwrap, type Versioned } from './problem'

export type Notification = Schemas['NotificationView']
export type Webhook = Schemas['WebhookView']

export const listNotifications = (query: { limit: number; cursor?: string }, signal?: AbortSignal) =>
  unwrap(api.GET('/api/notifications', { params: { query }, signal }))

/** How many are unread, and the newest one. */
export const notificationsQuery = queryOptions({
  queryKey: ['notifications'],
  queryFn: ({ signal }) => listNotifications({ limit: 1 }, signal),
  refetchInterval: 30_000,
})
/** The list of them, by whatever page. */
export const notificationListKey = ['notifications', 'list']

export const markRead = (body: Schemas['MarkReadBody']) =>
  unwrap(api.POST('/api/notifications/read', { body }))

export const webhookQuery = queryOptions({
  queryKey: ['notifications', 'webhook'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/admin/notifications/webhook', { signal })),
  retry: false,
  // Asked again only by whoever changes it: a new secret is on the screen meanwhile.
  staleTime: Infinity,
})
/** No value, and no version, while there is none. */
export const readWebhook = (): Promise<Versioned<Webhook | undefined>> =>
  readVersion(api.GET('/api/admin/notifications/webhook')).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return { value: undefined }
    throw error
  })
/** Without a version there was none when it was read: one that somebody else made since is not overwritten. */
export const setWebhook = (body: Schemas['WebhookBody'], etag?: string) =>
  unwrap(
    api.PUT('/api/admin/notifications/webhook', {
      body,
      ...(etag ? ifMatch(etag) : { headers: { 'If-None-Match': '*' } }),
    }),
  )
export const removeWebhook = (etag?: string) =>
  unwrap(api.DELETE('/api/admin/notifications/webhook', ifMatch(etag)))
export const testWebhook = () => unwrap(api.POST('/api/admin/notifications/webhook/test'))
