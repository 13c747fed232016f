import { Plus, X } from 'lucide-react'
import { useFieldArray, useFormContext, useWatch } from 'react-hook-form'
import { Mono } from '@/components/text'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import type { ProviderValues } from './data/schema'

/** Several keys take turns: the one that was rate-limited longest ago is next. Stored ones are shown by their end only. */
export function ProviderKeys() {
  const { t } = useI18n()
  const form = useFormContext<ProviderValues>()
  const added = useFieldArray({ control: form.control, name: 'api_keys' })
  const kept = useWatch({ control: form.control, name: 'kept_keys' })
  const error = form.formState.errors.api_keys?.message ?? form.formState.errors.api_keys?.root?.message
  return (
    <div className="grid content-start gap-2">
      {kept.length > 0 && (
        <ul className="grid gap-1" aria-label={t('providers.keptKeys')}>
          {kept.map((hint, index) => (
            <li
              key={`${hint}-${index}`}
              className="flex h-8 items-center justify-between rounded-md border border-line bg-sunken ps-2.5"
            >
              <Mono>{hint}</Mono>
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={t('providers.removeKey', { mask: hint })}
                onClick={() =>
                  form.setValue(
                    'kept_keys',
                    kept.filter((_, at) => at !== index),
                  )
                }
              >
                <X aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
      )}
      {added.fields.map((key, index) => (
        <Field
          key={key.id}
          label={index === 0 ? t('providers.apiKey') : t('providers.apiKeyNumber', { n: index + 1 })}
          error={index === 0 ? error : undefined}
          hint={
            index > 0 ? undefined : kept.length > 0 ? t('providers.apiKeyMore') : t('providers.apiKeyHint')
          }
        >
          {(control) => (
            <Input
              {...control}
              {...form.register(`api_keys.${index}.value`)}
              type="password"
              autoComplete="off"
            />
          )}
        </Field>
      ))}
      <Button
        size="sm"
        variant="ghost"
        className="justify-self-start"
        onClick={() => added.append({ value: '' })}
      >
        <Plus aria-hidden />
        {t('providers.addKey')}
      </Button>
    </div>
  )
}
