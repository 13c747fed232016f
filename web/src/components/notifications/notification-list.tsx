import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { BellOff, CheckCheck, CircleAlert, Info, TriangleAlert, Webhook, type LucideIcon } from 'lucide-react'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import {
  listNotifications,
  markRead,
  notificationListKey,
  notificationsQuery,
  type Notification,
} from '@/lib/api/notifications'
import { cn } from '@/lib/cn'
import { usePaged } from '@/lib/use-paged'
import { LoadMore } from '../load-more'
import { EmptyState, ErrorState } from '../states'
import { Time } from '../text'
import { Button } from '../ui/button'
import { Skeleton } from '../ui/skeleton'
import { factsOf, gravityOf, linkOf, titleOf, type Gravity } from './data/notifications'

const looks: Record<Gravity, { icon: LucideIcon; text: string }> = {
  info: { icon: Info, text: 'text-info' },
  warn: { icon: TriangleAlert, text: 'text-warn' },
  bad: { icon: CircleAlert, text: 'text-bad' },
}

const pageSize = 20

interface NotificationListProps {
  /** Another page was opened. */
  onGone?: () => void
  /** The page of notifications shows where they are sent on itself. */
  onSettings?: () => void
}

/** What happened to budgets and keys that concern the reader, the newest first. Opening one marks it read. */
export default function NotificationList({ onGone, onSettings }: NotificationListProps) {
  const { t } = useI18n()
  const access = useAccess()
  const client = useQueryClient()
  const navigate = useNavigate()
  const summary = useQuery(notificationsQuery)
  // A newer one than those at hand makes the list be asked for again.
  const newest = summary.data?.items[0]?.id ?? ''
  const notifications = usePaged(
    [...notificationListKey, newest],
    (cursor, signal) => listNotifications({ limit: pageSize, cursor }, signal),
    !summary.isPending,
  )
  const read = useMutation({
    mutationFn: markRead,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: notificationsQuery.queryKey, exact: true }),
        client.invalidateQueries({ queryKey: notificationListKey }),
      ]),
  })
  const open = (notification: Notification) => {
    if (!notification.read) read.mutate({ ids: [notification.id] })
    const link = linkOf(notification)
    if (!link) return
    onGone?.()
    // Which pages there are depends on the reader's rights and on the release: the address is built, not typed.
    void navigate(link as never)
  }

  return (
    <>
      <div className="flex items-center gap-2 border-b border-line py-2 ps-4 pe-2">
        <h2 className="flex-1 text-sm font-semibold">{t('bell.title')}</h2>
        {onSettings && access.may('settings:read') && (
          <Button variant="ghost" size="sm" onClick={onSettings}>
            <Webhook aria-hidden />
            {t('webhook.open')}
          </Button>
        )}
        {(summary.data?.unread ?? 0) > 0 && (
          <Button variant="ghost" size="sm" busy={read.isPending} onClick={() => read.mutate({ all: true })}>
            <CheckCheck aria-hidden />
            {t('bell.readAll')}
          </Button>
        )}
      </div>
      <div className="min-h-0 overflow-y-auto" tabIndex={0} role="region" aria-label={t('bell.list')}>
        {notifications.isError && !notifications.rows ? (
          <ErrorState error={notifications.error} onRetry={() => void notifications.refetch()} />
        ) : !notifications.rows ? (
          <Skeleton className="m-3 h-12" />
        ) : notifications.rows.length === 0 ? (
          <EmptyState icon={BellOff} title={t('bell.empty')} className="py-8">
            {t('bell.emptyHint')}
          </EmptyState>
        ) : (
          <>
            <ul>
              {notifications.rows.map((notification) => (
                <Entry key={notification.id} notification={notification} onOpen={() => open(notification)} />
              ))}
            </ul>
            <LoadMore list={notifications} />
          </>
        )}
      </div>
    </>
  )
}

function Entry({ notification, onOpen }: { notification: Notification; onOpen: () => void }) {
  const { t, f } = useI18n()
  const gravity = gravityOf(notification)
  const { icon: Icon, text } = looks[gravity]
  const facts = factsOf(notification, t, f)
  return (
    <li className="border-b border-line last:border-0">
      <button
        type="button"
        onClick={onOpen}
        className="flex w-full items-start gap-2.5 px-4 py-2.5 text-start transition-colors hover:bg-hover focus-visible:-outline-offset-2"
      >
        <Icon className={cn('mt-0.5 size-4 shrink-0', text)} aria-hidden />
        <span className="min-w-0 flex-1">
          <span className="sr-only">{t(`bell.gravity.${gravity}`)}: </span>
          <span className={cn('block text-sm break-words', !notification.read && 'font-semibold')}>
            {titleOf(notification, t)}
          </span>
          {facts && <span className="tnum block text-xs text-ink-2">{facts}</span>}
          <Time value={notification.created_at} className="text-xs text-ink-3" />
        </span>
        {!notification.read && (
          <span className="mt-1.5 size-2 shrink-0 rounded-full bg-accent">
            <span className="sr-only">{t('bell.new')}</span>
          </span>
        )}
      </button>
    </li>
  )
}
