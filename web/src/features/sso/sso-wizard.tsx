import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { FormProvider, useForm } from 'react-hook-form'
import { EditError } from '@/components/edit-conflict'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast'
import { useI18n, type MessageKey } from '@/i18n'
import { putSso, readSso, type SsoConnection, type SsoPreset } from '@/lib/api/sso'
import { showFieldErrors } from '@/lib/forms'
import { useEdit } from '@/lib/use-edit'
import { ClientStep } from './client-step'
import { ssoSchema, stepFields, toRequest, valuesOf, type SsoValues } from './data/schema'
import { PeopleStep } from './people-step'
import { ProviderStep } from './provider-step'
import { ssoSteps, type SsoStep } from './data/search'
import { SsoSteps } from './sso-steps'

const labels: Partial<Record<string, MessageKey>> = {
  issuer: 'sso.issuer',
  allow_private_network: 'sso.privateNetwork',
  console_url: 'sso.consoleUrl',
  label: 'sso.label',
  client_id: 'sso.clientId',
  scopes: 'sso.scopes',
  name_claim: 'sso.nameClaim',
  groups_claim: 'sso.groupsClaim',
  email_domains: 'sso.emailDomains',
  create_users: 'sso.createUsers',
  default_role: 'sso.defaultRole',
  mappings: 'sso.group',
}

interface SsoWizardProps {
  connection: SsoConnection | null
  presets: SsoPreset[]
  step: SsoStep
  onStep: (step: SsoStep) => void
  onDone: () => Promise<unknown>
}

const fields = Object.values(stepFields).flat()

/** One form over three steps; nothing is stored before the last. The secret lives in memory only. */
export function SsoWizard({ connection, presets, step, onStep, onDone }: SsoWizardProps) {
  const { t } = useI18n()
  const toast = useToast()
  const generic = presets.find((each) => each.id === (connection?.preset ?? 'generic')) ?? presets[0]!
  const form = useForm<SsoValues>({
    resolver: zodResolver(ssoSchema(t)),
    defaultValues: valuesOf(connection, generic, location.origin),
  })
  const edit = useEdit({
    form,
    read: connection ? readSso : undefined,
    valuesOf: (read: SsoConnection) => valuesOf(read, generic, location.origin),
  })
  // A link into the middle of a new connection has nothing yet: the provider comes first.
  const shown = !connection && !form.formState.isDirty ? 'provider' : step
  const position = ssoSteps.indexOf(shown)
  const save = useMutation({
    mutationFn: async (values: SsoValues) => putSso(toRequest(values), await edit.etag()),
    onSuccess: async () => {
      await onDone()
      toast.success(t('common.saved'))
    },
    onError: (error) => {
      showFieldErrors(error, form.setError, fields)
      const wrong = ssoSteps.find((each) =>
        stepFields[each].some((field) => form.getFieldState(field).invalid),
      )
      if (wrong) onStep(wrong)
    },
  })
  const next = async () => {
    if (!(await form.trigger(stepFields[shown]))) return
    const following = ssoSteps[position + 1]
    if (following) onStep(following)
    else await form.handleSubmit((values) => save.mutate(values))()
  }

  return (
    <FormProvider {...form}>
      <SsoSteps current={shown} />
      <form
        noValidate
        className="panel grid max-w-3xl gap-4 p-5"
        onSubmit={(event) => {
          event.preventDefault()
          void next()
        }}
      >
        {shown === 'provider' && <ProviderStep presets={presets} />}
        {shown === 'client' && <ClientStep connection={connection} />}
        {shown === 'people' && <PeopleStep />}
        <EditError
          edit={edit}
          error={save.error}
          onLoaded={save.reset}
          label={(name) => t(labels[name] ?? 'nav.sso')}
        />
        <div className="flex justify-end gap-2">
          {position === 0 ? (
            <Button onClick={() => void onDone()}>{t('common.cancel')}</Button>
          ) : (
            <Button onClick={() => onStep(ssoSteps[position - 1]!)}>{t('common.back')}</Button>
          )}
          <Button type="submit" variant="primary" busy={save.isPending}>
            {t(position === ssoSteps.length - 1 ? 'common.save' : 'sso.next')}
          </Button>
        </div>
      </form>
    </FormProvider>
  )
}
