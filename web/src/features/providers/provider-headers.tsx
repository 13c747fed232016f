import { Plus, X } from 'lucide-react'
import { useFieldArray, useFormContext } from 'react-hook-form'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import type { ProviderValues } from './data/schema'

export function ProviderHeaders() {
  const { t } = useI18n()
  const form = useFormContext<ProviderValues>()
  const headers = useFieldArray({ control: form.control, name: 'headers' })
  return (
    <div className="grid gap-2 sm:col-span-2">
      <div className="flex items-center justify-between">
        <span className="text-sm font-medium">{t('providers.headers')}</span>
        <Button size="sm" variant="ghost" onClick={() => headers.append({ name: '', value: '' })}>
          <Plus aria-hidden />
          {t('providers.addHeader')}
        </Button>
      </div>
      {headers.fields.map((header, index) => (
        <div key={header.id} className="flex gap-2">
          <Input
            {...form.register(`headers.${index}.name`)}
            aria-label={t('providers.headerName')}
            placeholder="x-team"
            className="font-mono"
          />
          <Input
            {...form.register(`headers.${index}.value`)}
            aria-label={t('providers.headerValue')}
            placeholder="{{team}}"
            autoComplete="off"
            className="font-mono"
          />
          <Button
            variant="ghost"
            size="icon"
            aria-label={t('providers.removeHeader')}
            onClick={() => headers.remove(index)}
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
    </div>
  )
}
