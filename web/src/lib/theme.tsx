import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { readStored, writeStored } from './storage'

export type Theme = 'light' | 'dark' | 'system'
const storageKey = 'thinkwatch.theme'

interface ThemeState {
  theme: Theme
  resolved: 'light' | 'dark'
  setTheme: (theme: Theme) => void
}

const ThemeContext = createContext<ThemeState | null>(null)

const stored = (): Theme => {
  const value = readStored(storageKey)
  return value === 'light' || value === 'dark' ? value : 'system'
}

/** Light, dark or what the system says; `/theme.js` has applied the same rule before the first paint. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const [theme, setTheme] = useState<Theme>(stored)
  const [systemDark, setSystemDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches)

  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)')
    const onChange = (event: MediaQueryListEvent) => setSystemDark(event.matches)
    query.addEventListener('change', onChange)
    return () => query.removeEventListener('change', onChange)
  }, [])

  const resolved = theme === 'system' ? (systemDark ? 'dark' : 'light') : theme
  useEffect(() => {
    document.documentElement.classList.toggle('dark', resolved === 'dark')
  }, [resolved])

  const value = useMemo<ThemeState>(
    () => ({
      theme,
      resolved,
      setTheme: (next) => {
        writeStored(storageKey, next)
        setTheme(next)
      },
    }),
    [theme, resolved],
  )
  return <ThemeContext value={value}>{children}</ThemeContext>
}

export function useTheme(): ThemeState {
  const value = use(ThemeContext)
  if (!value) throw new Error('ThemeProvider is missing')
  return value
}
