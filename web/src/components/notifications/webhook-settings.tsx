import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Send } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useI18n } from '@/i18n'
import { ApiError, toApiError } from '@/lib/api/problem'
import {
  readWebhook,
  removeWebhook,
  setWebhook,
  testWebhook,
  webhookQuery,
  type Webhook,
} from '@/lib/api/notifications'
import { useEdit } from '@/lib/use-edit'
import { EditError } from '../edit-conflict'
import { InlineConfirm } from '../limits/inline-confirm'
import { SecretOnce } from '../secret-once'
import { ErrorState, FormError } from '../states'
import { StatusBadge } from '../status'
import { SwitchRow } from '../switch-row'
import { Time } from '../text'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { Input } from '../ui/input'
import { Skeleton } from '../ui/skeleton'

/** Where notifications go besides the bell. Who may only read it sees how it is set. */
export function WebhookSettings({ readOnly }: { readOnly: boolean }) {
  const { t } = useI18n()
  const webhook = useQuery(webhookQuery)
  const none = webhook.error instanceof ApiError && webhook.error.status === 404
  if (webhook.isError && !none)
    return <ErrorState error={webhook.error} onRetry={() => void webhook.refetch()} />
  if (webhook.isPending) return <Skeleton className="h-24" />
  return (
    <div className="grid gap-4">
      <p className="text-sm text-pretty text-ink-2">{t('webhook.hint')}</p>
      <WebhookForm
        key={webhook.data?.updated_at ?? 'none'}
        webhook={none ? undefined : webhook.data}
        readOnly={readOnly}
      />
    </div>
  )
}

const valuesOf = (webhook: Webhook | undefined) => ({
  url: webhook?.url ?? '',
  allow_private_network: webhook?.allow_private_network ?? false,
  enabled: webhook?.enabled ?? true,
})
type WebhookValues = ReturnType<typeof valuesOf>
const labels = {
  url: 'webhook.url',
  allow_private_network: 'webhook.private',
  enabled: 'common.enabled',
} as const

function WebhookForm({ webhook, readOnly }: { webhook?: Webhook; readOnly: boolean }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const form = useForm({ defaultValues: valuesOf(webhook) })
  const edit = useEdit({ form, read: readOnly ? undefined : readWebhook, valuesOf })
  const values = form.watch()
  const refresh = () => client.resetQueries({ queryKey: webhookQuery.queryKey })
  const save = useMutation({
    mutationFn: async (newSecret: boolean) =>
      setWebhook({ ...values, url: values.url.trim(), new_secret: newSecret }, await edit.etag()),
    // With a new secret the form stays as it is, or the secret would be gone unseen.
    onSuccess: (set) => (set.secret ? edit.saved() : refresh()),
  })
  const test = useMutation({ mutationFn: testWebhook })
  const [removing, setRemoving] = useState(false)
  const wrong = save.error ? toApiError(save.error).fields['url'] : undefined
  const exists = Boolean(webhook) || Boolean(save.data)

  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(false)
      }}
    >
      <Field label={t('webhook.url')} error={wrong} hint={t('webhook.urlHint')}>
        {(control) => (
          <Input
            {...control}
            {...form.register('url')}
            inputMode="url"
            readOnly={readOnly}
            autoComplete="off"
            className="font-mono"
          />
        )}
      </Field>
      <SwitchRow
        label={t('webhook.private')}
        hint={t('webhook.privateHint')}
        checked={values.allow_private_network}
        onChange={(next) => form.setValue('allow_private_network', next, { shouldDirty: true })}
        disabled={readOnly}
      />
      <SwitchRow
        label={t('common.enabled')}
        checked={values.enabled}
        onChange={(next) => form.setValue('enabled', next, { shouldDirty: true })}
        disabled={readOnly}
      />
      {save.data?.secret && (
        <div className="grid gap-1.5">
          <p className="text-sm font-medium">{t('webhook.secret')}</p>
          <SecretOnce secret={save.data.secret} label={t('webhook.secret')} />
        </div>
      )}
      {webhook?.last_error && (
        <p className="text-xs break-words text-bad">
          <Time value={webhook.last_failed_at} />: {webhook.last_error}
        </p>
      )}
      {test.data && (
        <p role="status" className="flex flex-wrap items-center gap-2 text-sm">
          <StatusBadge tone={test.data.accepted ? 'ok' : 'bad'}>
            {t(test.data.accepted ? 'webhook.accepted' : 'webhook.refused')}
          </StatusBadge>
          <span className="min-w-0 break-words text-ink-2">{test.data.error}</span>
        </p>
      )}
      <EditError
        edit={edit}
        error={wrong ? undefined : save.error}
        onLoaded={save.reset}
        label={(name) => t(labels[name as keyof WebhookValues])}
      />
      <FormError error={test.error} />
      {removing && (
        <InlineConfirm
          question={t('webhook.removeAsk')}
          action={t('webhook.remove')}
          onClose={() => setRemoving(false)}
          read={readWebhook}
          onConfirm={async (etag) => {
            await removeWebhook(etag)
            await refresh()
          }}
        />
      )}
      {!readOnly && (
        <div className="flex flex-wrap justify-end gap-2">
          {exists && (
            <>
              <Button variant="danger" onClick={() => setRemoving(true)}>
                {t('webhook.remove')}
              </Button>
              <Button busy={save.isPending} onClick={() => save.mutate(true)}>
                {t('webhook.newSecret')}
              </Button>
              <Button busy={test.isPending} onClick={() => test.mutate()}>
                <Send aria-hidden />
                {t('webhook.test')}
              </Button>
            </>
          )}
          <Button type="submit" variant="primary" busy={save.isPending} disabled={!values.url.trim()}>
            {t('common.save')}
          </Button>
        </div>
      )}
    </form>
  )
}
