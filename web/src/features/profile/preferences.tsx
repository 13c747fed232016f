import { Monitor, Moon, Sun } from 'lucide-react'
import { Segmented } from '@/components/ui/segmented'
import { locales, useI18n } from '@/i18n'
import { useTheme } from '@/lib/theme'

const themes = [
  { id: 'light', icon: Sun },
  { id: 'dark', icon: Moon },
  { id: 'system', icon: Monitor },
] as const

export function Preferences() {
  const { t, locale, setLocale } = useI18n()
  const { theme, setTheme } = useTheme()
  return (
    <div className="flex flex-wrap gap-x-8 gap-y-3">
      <div className="grid gap-1.5">
        <span aria-hidden className="text-sm font-medium">
          {t('preferences.theme')}
        </span>
        <Segmented
          label={t('preferences.theme')}
          value={theme}
          onChange={setTheme}
          options={themes.map(({ id, icon: Icon }) => ({
            value: id,
            label: (
              <>
                <Icon aria-hidden />
                {t(`preferences.${id}`)}
              </>
            ),
          }))}
        />
      </div>
      <div className="grid gap-1.5">
        <span aria-hidden className="text-sm font-medium">
          {t('preferences.language')}
        </span>
        <Segmented
          label={t('preferences.language')}
          value={locale}
          onChange={setLocale}
          options={locales.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </div>
    </div>
  )
}
