import { useQuery } from '@tanstack/react-query'
import { Controller, useFormContext } from 'react-hook-form'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Checkbox } from '@/components/ui/toggles'
import { useI18n } from '@/i18n'
import { modelsQuery } from '@/lib/api/catalog'
import type { Surface } from '@/lib/api/keys'
import { surfaces, type KeyValues } from './data/schema'

/** Where a key is good: at least one. */
export function SurfaceBoxes() {
  const { t } = useI18n()
  const { control, formState } = useFormContext<KeyValues>()
  const error = formState.errors.surfaces
  return (
    <Controller
      control={control}
      name="surfaces"
      render={({ field }) => (
        <fieldset
          className="grid gap-2 sm:col-span-2"
          aria-describedby={error ? 'surfaces-error' : undefined}
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
                    checked ? [...field.value, surface] : field.value.filter((each) => each !== surface),
                  )
                }
              />
            ))}
          </div>
          {error && (
            <p id="surfaces-error" role="alert" className="text-xs text-bad">
              {error.message}
            </p>
          )}
        </fieldset>
      )}
    />
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

export function ModelsField() {
  const { t } = useI18n()
  const { register, formState } = useFormContext<KeyValues>()
  const models = useQuery(modelsQuery)
  return (
    <Field
      label={t('keys.allowedModels')}
      optional={t('common.optional')}
      error={formState.errors.models?.message}
      hint={t('keys.allowedModelsHint')}
      className="sm:col-span-2"
    >
      {(control) => (
        <>
          <Input
            {...control}
            {...register('models')}
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
  )
}
