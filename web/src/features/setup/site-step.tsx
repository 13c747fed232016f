import { useMutation } from '@tanstack/react-query'
import { ArrowLeft, ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Segmented } from '@/components/ui/segmented'
import { locales, useI18n } from '@/i18n'
import { useTheme } from '@/lib/theme'
import { StepHeading } from './setup-page'

interface SiteStepProps {
  onBack: () => void
  onNext: (siteName: string) => Promise<void>
}

export function SiteStep({ onBack, onNext }: SiteStepProps) {
  const { t, locale, setLocale } = useI18n()
  const { theme, setTheme } = useTheme()
  const [name, setName] = useState('ThinkWatch')
  const create = useMutation({ mutationFn: onNext })
  const missing = create.isIdle || name.trim() ? undefined : t('form.required')
  return (
    <>
      <StepHeading title={t('setup.site.title')}>{t('setup.site.lead')}</StepHeading>
      <form
        noValidate
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim()) create.mutate(name.trim())
        }}
      >
        <Field label={t('setup.site.name')} hint={t('setup.site.nameHint')} error={missing}>
          {(control) => (
            <Input
              {...control}
              value={name}
              onChange={(event) => setName(event.target.value)}
              maxLength={80}
              autoFocus
              className="h-9"
            />
          )}
        </Field>
        <div className="grid gap-5 sm:grid-cols-2">
          <div className="grid justify-items-start gap-1.5">
            <span className="text-sm font-medium">{t('preferences.language')}</span>
            <Segmented
              label={t('preferences.language')}
              value={locale}
              onChange={setLocale}
              options={locales.map(({ id, name: label }) => ({ value: id, label }))}
            />
          </div>
          <div className="grid justify-items-start gap-1.5">
            <span className="text-sm font-medium">{t('preferences.theme')}</span>
            <Segmented
              label={t('preferences.theme')}
              value={theme}
              onChange={setTheme}
              options={[
                { value: 'light', label: t('preferences.light') },
                { value: 'dark', label: t('preferences.dark') },
                { value: 'system', label: t('preferences.system') },
              ]}
            />
          </div>
        </div>
        <FormError error={create.error} />
        <div className="mt-1 flex justify-between">
          <Button size="lg" variant="ghost" onClick={onBack}>
            <ArrowLeft aria-hidden />
            {t('common.back')}
          </Button>
          <Button type="submit" size="lg" variant="primary" busy={create.isPending}>
            {t('setup.site.create')}
            <ArrowRight aria-hidden />
          </Button>
        </div>
      </form>
    </>
  )
}
