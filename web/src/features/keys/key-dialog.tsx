import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { LimitsTabs, type LimitsTab } from '@/components/limits/limits-tabs'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Checkbox } from '@/components/ui/toggles'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { modelsQuery } from '@/lib/api/catalog'
import { createKey, updateKey, type ApiKey, type ApiKeySecret, type Surface } from '@/lib/api/keys'
import { showFieldErrors } from '@/lib/forms'
import { keySchema, surfaces, toRequest, toUpdate, valuesOf, type KeyValues } from './data/schema'

interface KeyDialogProps {
  apiKey?: ApiKey
  tab?: LimitsTab
  onClose: () => void
  onSaved: () => Promise<unknown>
  onIssued: (secret: ApiKeySecret) => void
}

export function KeyDialog({ apiKey, tab: first = 'settings', onClose, onSaved, onIssued }: KeyDialogProps) {
  const { t } = useI18n()
  const toast = useToast()
  const models = useQuery(modelsQuery)
  const form = useForm<KeyValues>({ resolver: zodResolver(keySchema(t)), defaultValues: valuesOf(apiKey) })
  const { errors } = form.formState
  const [tab, setTab] = useState(first)

  const save = useMutation({
    mutationFn: async (values: KeyValues) => {
      if (apiKey) {
        await updateKey(apiKey.id, toUpdate(values))
        return undefined
      }
      return createKey(toRequest(values))
    },
    onSuccess: async (secret) => {
      await onSaved()
      if (secret) return onIssued(secret)
      toast.success(t('common.saved'), form.getValues('name'))
      onClose()
    },
    onError: (error) =>
      showFieldErrors(error, form.setError, ['name', 'surfaces', 'expires_in_days', 'cost_center']),
  })

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={apiKey ? t('keys.editTitle', { name: apiKey.name }) : t('keys.create')}
      description={apiKey ? undefined : t('keys.createHint')}
      footer={
        tab === 'settings' && (
          <>
            <Button onClick={onClose}>{t('common.cancel')}</Button>
            <Button type="submit" form="key-form" variant="primary" busy={save.isPending}>
              {apiKey ? t('common.save') : t('keys.create')}
            </Button>
          </>
        )
      }
    >
      <LimitsTabs subject={apiKey && { kind: 'api_key', id: apiKey.id }} tab={tab} onTab={setTab}>
        <form
          id="key-form"
          noValidate
          className="grid gap-4 sm:grid-cols-2"
          onSubmit={form.handleSubmit((values) => save.mutate(values))}
        >
          <Field
            label={t('common.name')}
            error={errors.name?.message}
            hint={t('keys.nameHint')}
            className="sm:col-span-2"
          >
            {(control) => <Input {...control} {...form.register('name')} autoFocus autoComplete="off" />}
          </Field>
          <Controller
            control={form.control}
            name="surfaces"
            render={({ field }) => (
              <fieldset
                className="grid gap-2 sm:col-span-2"
                aria-describedby={errors.surfaces ? 'surfaces-error' : undefined}
              >
                <legend className="mb-1.5 text-sm font-medium">{t('keys.surfaces')}</legend>
                <div className="grid gap-2 sm:grid-cols-3">
                  {surfaces.map((surface) => (
                    <SurfaceBox
                      key={surface}
                      surface={surface}
                      checked={field.value.includes(surface)}
                      onChange={(checked) =>
                        field.onChange(
                          checked
                            ? [...field.value, surface]
                            : field.value.filter((each) => each !== surface),
                        )
                      }
                    />
                  ))}
                </div>
                {errors.surfaces && (
                  <p id="surfaces-error" role="alert" className="text-xs text-bad">
                    {errors.surfaces.message}
                  </p>
                )}
              </fieldset>
            )}
          />
          <Field
            label={t('keys.allowedModels')}
            optional={t('common.optional')}
            hint={t('keys.allowedModelsHint')}
            className="sm:col-span-2"
          >
            {(control) => (
              <>
                <Input
                  {...control}
                  {...form.register('models')}
                  list="known-models"
                  placeholder={t('keys.allModels')}
                  className="font-mono"
                />
                <datalist id="known-models">
                  {models.data?.items.map((model) => (
                    <option key={model.id} value={model.model_id} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
          <Field
            label={t('keys.expiresInDays')}
            optional={t('common.optional')}
            error={errors.expires_in_days?.message}
            hint={apiKey ? t('keys.expiresKeep') : t('keys.expiresHint')}
          >
            {(control) => <Input {...control} {...form.register('expires_in_days')} inputMode="numeric" />}
          </Field>
          <Field
            label={t('keys.costCenter')}
            optional={t('common.optional')}
            error={errors.cost_center?.message}
            hint={t('keys.costCenterHint')}
          >
            {(control) => <Input {...control} {...form.register('cost_center')} />}
          </Field>
          <div className="empty:hidden sm:col-span-2">
            <FormError error={save.error} />
          </div>
        </form>
      </LimitsTabs>
    </Dialog>
  )
}

function SurfaceBox(props: { surface: Surface; checked: boolean; onChange: (checked: boolean) => void }) {
  const { t } = useI18n()
  const id = `surface-${props.surface}`
  return (
    <div className="flex items-start gap-2.5 rounded-lg border border-line p-2.5">
      <Checkbox
        id={id}
        checked={props.checked}
        onCheckedChange={(checked) => props.onChange(checked === true)}
        aria-describedby={`${id}-hint`}
        className="mt-0.5"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="block text-sm font-medium">
          {t(`keys.surface.${props.surface}`)}
        </label>
        <p id={`${id}-hint`} className="text-xs text-ink-3">
          {t(`keys.surface.${props.surface}Hint`)}
        </p>
      </div>
    </div>
  )
}
