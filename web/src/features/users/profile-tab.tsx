import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { Fingerprint } from 'lucide-react'
import { useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { EditError } from '@/components/edit-conflict'
import { SwitchRow } from '@/components/switch-row'
import { Id, Time } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useToast } from '@/components/ui/toast'
import { useI18n, type MessageKey } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { readUser, updateUser, type User } from '@/lib/api/people'
import { showFieldErrors } from '@/lib/forms'
import { useEdit } from '@/lib/use-edit'
import { z } from '@/lib/zod'
import { UnlinkDialog } from './unlink-dialog'

const valuesOf = (user: User) => ({
  display_name: user.display_name,
  enabled: user.status === 'active',
  platform_admin: user.platform_admin,
})

const labels: Record<string, MessageKey> = {
  display_name: 'users.displayName',
  enabled: 'users.mayUse',
  platform_admin: 'users.platformAdmin',
}

interface ProfileTabProps {
  user: User
  mayChange: boolean
  onChanged: () => Promise<unknown>
}

export function ProfileTab({ user, mayChange, onChanged }: ProfileTabProps) {
  const { t } = useI18n()
  const toast = useToast()
  const { me } = useAccess()
  const self = me?.id === user.id
  const schema = z.object({
    display_name: z.string().trim().min(1, t('form.required')).max(100),
    enabled: z.boolean(),
    platform_admin: z.boolean(),
  })
  type Values = z.infer<typeof schema>
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: valuesOf(user),
  })
  const edit = useEdit({ form, read: mayChange ? () => readUser(user.id) : undefined, valuesOf })
  const [unlinking, setUnlinking] = useState(false)
  const { errors, isDirty, dirtyFields } = form.formState
  const save = useMutation({
    // Only what was changed is sent: the rest may be another administrator's to change.
    mutationFn: async (values: Values) =>
      updateUser(
        user.id,
        {
          display_name: values.display_name,
          ...(dirtyFields.enabled ? { status: values.enabled ? 'active' : 'disabled' } : {}),
          ...(dirtyFields.platform_admin ? { platform_admin: values.platform_admin } : {}),
        },
        await edit.etag(),
      ),
    onSuccess: async () => {
      await onChanged()
      await edit.saved()
      toast.success(t('common.saved'), user.email)
    },
    onError: (error) => showFieldErrors(error, form.setError, ['display_name']),
  })
  const facts = [
    [t('auth.email'), <span className="break-all">{user.email}</span>],
    [t('users.kind'), t(`users.kind.${user.kind === 'person' ? 'person' : 'service_account'}`)],
    [t('users.lastLogin'), user.last_login_at ? <Time value={user.last_login_at} /> : t('common.never')],
    [t('common.created'), <Time value={user.created_at} />],
    [t('users.totp'), user.totp_enabled ? <Badge tone="ok">{t('users.totpOn')}</Badge> : t('users.totpOff')],
    [
      t('nav.sso'),
      user.sso ? (
        <span className="flex flex-wrap items-center gap-2">
          <Badge tone="info">
            <Fingerprint aria-hidden />
            {t('users.ssoLinked')}
          </Badge>
          {mayChange && (
            <Button variant="link" size="inline" className="text-xs" onClick={() => setUnlinking(true)}>
              {t('users.unlink')}
            </Button>
          )}
        </span>
      ) : (
        t('users.ssoNone')
      ),
    ],
    [t('users.id'), <Id value={user.id} label={t('users.copyId')} />],
  ] as const

  return (
    <div className="grid gap-5">
      <dl className="grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2">
        {facts.map(([label, value]) => (
          <div key={label} className="bg-panel px-3 py-2.5 sm:last:odd:col-span-2">
            <dt className="text-xs text-ink-3">{label}</dt>
            <dd className="mt-0.5 text-sm">{value}</dd>
          </div>
        ))}
      </dl>
      {unlinking && (
        <UnlinkDialog
          user={user}
          onClose={() => setUnlinking(false)}
          onDone={async () => {
            await onChanged()
            await edit.refresh()
          }}
        />
      )}
      {user.must_change_password && <p className="text-sm text-warn">{t('users.mustChange')}</p>}
      {mayChange && (
        <form noValidate className="grid gap-4" onSubmit={form.handleSubmit((values) => save.mutate(values))}>
          <Field label={t('users.displayName')} error={errors.display_name?.message}>
            {(control) => <Input {...control} {...form.register('display_name')} />}
          </Field>
          {!self && (
            <Controller
              control={form.control}
              name="enabled"
              render={({ field }) => (
                <SwitchRow
                  label={t('users.mayUse')}
                  hint={t('users.mayUseHint')}
                  checked={field.value}
                  onChange={field.onChange}
                />
              )}
            />
          )}
          {me?.platform_admin && user.kind === 'person' && (
            <Controller
              control={form.control}
              name="platform_admin"
              render={({ field }) => (
                <SwitchRow
                  label={t('users.platformAdmin')}
                  hint={t('users.platformAdminHint')}
                  checked={field.value}
                  onChange={field.onChange}
                />
              )}
            />
          )}
          <EditError
            edit={edit}
            error={save.error}
            onLoaded={save.reset}
            label={(name) => t(labels[name]!)}
          />
          <div>
            <Button type="submit" variant="primary" disabled={!isDirty} busy={save.isPending}>
              {t('common.save')}
            </Button>
          </div>
        </form>
      )}
    </div>
  )
}
