import { Monitor, Moon, Sun } from 'lucide-react'
import { locales, useI18n, type Locale } from '@/i18n'
import { useTheme, type Theme } from '@/lib/theme'
import { Button } from '../ui/button'
import { Menu, MenuChoice, MenuSeparator } from '../ui/menu'

/** Theme and language, the same on the sign-in and set-up pages as inside. */
export function PreferencesMenu() {
  const { t, locale, setLocale } = useI18n()
  const { theme, resolved, setTheme } = useTheme()
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={t('preferences.title')}>
          {resolved === 'dark' ? <Moon aria-hidden /> : <Sun aria-hidden />}
        </Button>
      }
    >
      <MenuChoice
        label={t('preferences.theme')}
        value={theme}
        onChange={(value) => setTheme(value as Theme)}
        options={[
          { value: 'light', label: t('preferences.light'), icon: <Sun aria-hidden /> },
          { value: 'dark', label: t('preferences.dark'), icon: <Moon aria-hidden /> },
          { value: 'system', label: t('preferences.system'), icon: <Monitor aria-hidden /> },
        ]}
      />
      <MenuSeparator />
      <MenuChoice
        label={t('preferences.language')}
        value={locale}
        onChange={(value) => setLocale(value as Locale)}
        options={locales.map(({ id, name }) => ({ value: id, label: name }))}
      />
    </Menu>
  )
}
