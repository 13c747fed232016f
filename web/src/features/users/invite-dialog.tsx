import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Controller, useForm, useWatch } from 'react-hook-form'
import { CheckList } from '@/components/check-list'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Segmented } from '@/components/ui/segmented'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { createUser, teamsQuery, type OneTimeLink } from '@/lib/api/people'
import { rolesQuery } from '@/lib/api/roles'
import { showFieldErrors } from '@/lib/forms'
import { inviteSchema, toRequest, type InviteValues } from './data/schema'
import { kinds } from './data/search'

interface InviteDialogProps {
  onClose: () => void
  /** With the link of the invitation; a service account has none. */
  onCreated: (link: OneTimeLink | undefined, name: string) => Promise<unknown>
}

export function InviteDialog({ onClose, onCreated }: InviteDialogProps) {
  const { t } = useI18n()
  const access = useAccess()
  const everywhere = access.may('users:create')
  const roles = useQuery({ ...rolesQuery, enabled: access.maySomewhere('roles:read') })
  const teams = useQuery({ ...teamsQuery, enabled: access.maySomewhere('teams:read', 'teams:read_own') })
  const choosable = teams.data?.items.filter((team) => access.mayIn('users:create', team.id)) ?? []
  const form = useForm<InviteValues>({
    resolver: zodResolver(inviteSchema(t, !everywhere)),
    defaultValues: { email: '', display_name: '', kind: 'person', roles: ['developer'], team_ids: [] },
  })
  const kind = useWatch({ control: form.control, name: 'kind' })
  const { errors } = form.formState
  const create = useMutation({
    mutationFn: (values: InviteValues) => createUser(toRequest(values)),
    onSuccess: (user, values) =>
      onCreated(
        user.invite_token
          ? { kind: 'invite', token: user.invite_token, expires_at: user.invite_expires_at }
          : undefined,
        values.display_name,
      ),
    onError: (error) =>
      showFieldErrors(error, form.setError, ['email', 'display_name', 'kind', 'roles', 'team_ids']),
  })

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('users.invite')}
      description={t(kind === 'person' ? 'users.inviteHint' : 'users.serviceHint')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          {/* What is chosen from comes first: the form grows by it, and nobody sends what they have not seen. */}
          <Button
            type="submit"
            form="invite-form"
            variant="primary"
            disabled={roles.isLoading || teams.isLoading}
            busy={create.isPending}
          >
            {t(kind === 'person' ? 'users.sendInvite' : 'users.createService')}
          </Button>
        </>
      }
    >
      <form
        id="invite-form"
        noValidate
        className="grid gap-4 sm:grid-cols-2"
        onSubmit={form.handleSubmit((values) => create.mutate(values))}
      >
        <Controller
          control={form.control}
          name="kind"
          render={({ field }) => (
            <Segmented
              label={t('users.kind')}
              className="justify-self-start sm:col-span-2"
              value={field.value}
              onChange={field.onChange}
              options={kinds.map((each) => ({ value: each, label: t(`users.kind.${each}`) }))}
            />
          )}
        />
        <Field label={t('auth.email')} error={errors.email?.message}>
          {(control) => (
            <Input {...control} {...form.register('email')} type="email" autoFocus autoComplete="off" />
          )}
        </Field>
        <Field label={t('users.displayName')} error={errors.display_name?.message}>
          {(control) => <Input {...control} {...form.register('display_name')} autoComplete="off" />}
        </Field>
        {roles.data && (
          <Controller
            control={form.control}
            name="roles"
            render={({ field }) => (
              <CheckList
                label={t('nav.roles')}
                error={errors.roles?.message}
                value={field.value}
                onChange={field.onChange}
                options={roles.data.items.map((role) => ({
                  value: role.name,
                  label: role.display_name,
                  hint: role.description,
                }))}
              />
            )}
          />
        )}
        {(choosable.length > 0 || !everywhere) && (
          <Controller
            control={form.control}
            name="team_ids"
            render={({ field }) => (
              <CheckList
                label={t('nav.teams')}
                error={errors.team_ids?.message}
                value={field.value}
                onChange={field.onChange}
                options={choosable.map((team) => ({
                  value: team.id,
                  label: team.name,
                  hint: team.cost_center,
                }))}
              />
            )}
          />
        )}
        <div className="empty:hidden sm:col-span-2">
          <FormError error={create.error} />
        </div>
      </form>
    </Dialog>
  )
}
