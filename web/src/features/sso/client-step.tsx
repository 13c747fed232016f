import { useFormContext, useWatch } from 'react-hook-form'
import { CopyButton } from '@/components/copy-button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import type { SsoConnection } from '@/lib/api/sso'
import type { SsoValues } from './data/schema'

export function ClientStep({ connection }: { connection: SsoConnection | null }) {
  const { t } = useI18n()
  const form = useFormContext<SsoValues>()
  const { errors } = form.formState
  const base = useWatch({ control: form.control, name: 'console_url' }).replace(/\/+$/, '')
  return (
    <>
      <p className="text-sm text-pretty text-ink-2">{t('sso.clientLead')}</p>
      <Field label={t('sso.consoleUrl')} hint={t('sso.consoleUrlHint')} error={errors.console_url?.message}>
        {(control) => (
          <Input {...control} {...form.register('console_url')} inputMode="url" className="font-mono" />
        )}
      </Field>
      <Address label={t('sso.redirectUri')} value={`${base}/api/auth/sso/callback`} />
      <Address label={t('sso.logoutUri')} value={`${base}/login`} />
      <Field label={t('sso.clientId')} error={errors.client_id?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('client_id')}
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
          />
        )}
      </Field>
      <Field
        label={t('sso.clientSecret')}
        error={errors.client_secret?.message}
        hint={t(connection?.has_client_secret ? 'sso.secretKept' : 'sso.secretHint')}
      >
        {(control) => (
          <Input
            {...control}
            {...form.register('client_secret')}
            type="password"
            autoComplete="new-password"
            className="font-mono"
          />
        )}
      </Field>
      <Field label={t('sso.label')} hint={t('sso.labelHint')} error={errors.label?.message}>
        {(control) => <Input {...control} {...form.register('label')} />}
      </Field>
      <Field label={t('sso.scopes')} hint={t('sso.scopesHint')} error={errors.scopes?.message}>
        {(control) => (
          <Input {...control} {...form.register('scopes')} spellCheck={false} className="font-mono" />
        )}
      </Field>
    </>
  )
}

export function Address({ label, value }: { label: string; value: string }) {
  const { t } = useI18n()
  return (
    <div className="grid gap-1">
      <p className="text-sm font-medium">{label}</p>
      <p className="flex items-center justify-between gap-2 rounded-md border border-line bg-sunken py-0.5 ps-3 pe-1">
        <code className="min-w-0 text-sm break-all">{value}</code>
        <CopyButton text={value} label={t('sso.copy', { what: label })} />
      </p>
    </div>
  )
}
