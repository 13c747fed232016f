import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { FormProvider, useForm } from 'react-hook-form'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { putSso, type SsoConnection, type SsoPreset } from '@/lib/api/sso'
import { showFieldErrors } from '@/lib/forms'
import { ClientStep } from './client-step'
import { ssoSchema, stepFields, toRequest, valuesOf, type SsoValues } from './data/schema'
import { PeopleStep } from './people-step'
import { ProviderStep } from './provider-step'
import { ssoSteps, type SsoStep } from './data/search'
import { SsoSteps } from './sso-steps'

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
  // A link into the middle of a new connection has nothing yet: the provider comes first.
  const shown = !connection && !form.formState.isDirty ? 'provider' : step
  const position = ssoSteps.indexOf(shown)
  const save = useMutation({
    mutationFn: (values: SsoValues) => putSso(toRequest(values)),
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
        <FormError error={save.error} />
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
