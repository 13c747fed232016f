import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'
import { createFormats, type Formats } from '@/lib/format'
import { readStored, writeStored } from '@/lib/storage'
import { en } from './en'
import { translate, type Params } from './translate'

export type Locale = 'en' | 'zh'
export type MessageKey = keyof typeof en
export type Messages = Record<MessageKey, string>
export type Translate = (key: MessageKey, params?: Params) => string

export const locales: { id: Locale; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'zh', name: '中文' },
]
const storageKey = 'thinkwatch.locale'

export function initialLocale(): Locale {
  const stored = readStored(storageKey)
  if (stored === 'en' || stored === 'zh') return stored
  return /^zh\b/i.test(navigator.language) ? 'zh' : 'en'
}

/** English is the fallback and always there; the others come when chosen. */
export async function loadMessages(locale: Locale): Promise<Messages> {
  return locale === 'zh' ? (await import('./zh')).zh : en
}

interface I18n {
  t: Translate
  f: Formats
  locale: Locale
  setLocale: (locale: Locale) => void
}

const I18nContext = createContext<I18n | null>(null)

export function I18nProvider(props: { locale: Locale; messages: Messages; children: ReactNode }) {
  const [state, setState] = useState({ locale: props.locale, messages: props.messages })

  useEffect(() => {
    document.documentElement.lang = state.locale === 'zh' ? 'zh-CN' : 'en'
  }, [state.locale])

  const setLocale = useCallback((locale: Locale) => {
    writeStored(storageKey, locale)
    void loadMessages(locale).then((messages) => setState({ locale, messages }))
  }, [])

  const value = useMemo<I18n>(
    () => ({
      t: (key, params) => translate(state.messages[key] ?? en[key] ?? key, params),
      f: createFormats(state.locale),
      locale: state.locale,
      setLocale,
    }),
    [state, setLocale],
  )
  return <I18nContext value={value}>{props.children}</I18nContext>
}

export function useI18n(): I18n {
  const value = use(I18nContext)
  if (!value) throw new Error('I18nProvider is missing')
  return value
}
