import { useFormContext, useWatch } from 'react-hook-form'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { Checkbox } from '@/components/ui/toggles'
import { useI18n } from '@/i18n'
import { bedrockUrl, isBedrockUrl, kindOf, type ConfigField, type ProviderValues } from './data/schema'

/** What this type of provider asks for beyond an address and a key. */
export function ProviderConfig() {
  const form = useFormContext<ProviderValues>()
  const [type, config] = useWatch({ control: form.control, name: ['provider_type', 'config'] })
  const kind = kindOf(type)
  return (
    <>
      {kind.config
        .filter((field) => !field.when || field.when(config))
        .map((field) => (
          <ConfigInput key={field.name} field={field} />
        ))}
      {kind.capabilities.length > 0 && <Capabilities />}
    </>
  )
}

function ConfigInput({ field }: { field: ConfigField }) {
  const { t } = useI18n()
  const form = useFormContext<ProviderValues>()
  const name = `config.${field.name}` as const
  const register = () =>
    form.register(name, {
      onChange: (event) => {
        if (field.name === 'region' && isBedrockUrl(form.getValues('base_url')))
          form.setValue('base_url', bedrockUrl(event.target.value.trim()))
      },
    })
  return (
    <Field
      label={t(field.label)}
      optional={field.optional ? t('common.optional') : undefined}
      error={form.formState.errors.config?.[field.name]?.message}
    >
      {(control) =>
        field.choices ? (
          <Select {...control} {...register()}>
            {field.choices.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {t(choice.label)}
              </option>
            ))}
          </Select>
        ) : (
          <Input
            {...control}
            {...register()}
            type={field.secret ? 'password' : 'text'}
            placeholder={field.placeholder}
            autoComplete="off"
            className="font-mono"
          />
        )
      }
    </Field>
  )
}

/** A flag is sent only where it differs from what the gateway assumes; one with a minus says "cannot". */
function Capabilities() {
  const { t } = useI18n()
  const form = useFormContext<ProviderValues>()
  const [type, said] = useWatch({ control: form.control, name: ['provider_type', 'capabilities'] })
  return (
    <fieldset className="grid content-start gap-2">
      <legend className="mb-1.5 text-sm font-medium">{t('providers.capabilities')}</legend>
      {kindOf(type).capabilities.map(({ name, label, assumed }) => {
        const checked = assumed ? !said.includes(`-${name}`) : said.includes(name)
        const change = (next: boolean) =>
          form.setValue('capabilities', [
            ...said.filter((each) => each !== name && each !== `-${name}`),
            ...(next === assumed ? [] : [next ? name : `-${name}`]),
          ])
        return (
          <label key={name} className="flex items-center gap-2 text-sm">
            <Checkbox checked={checked} onCheckedChange={(next) => change(next === true)} />
            {t(label)}
          </label>
        )
      })}
    </fieldset>
  )
}
