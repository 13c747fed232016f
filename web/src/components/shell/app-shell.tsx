import { Menu as MenuIcon, Search } from 'lucide-react'
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { useI18n } from '@/i18n'
import type { Me } from '@/lib/api/session'
import { Logo, LogoMark } from '../logo'
import { Bell } from '../notifications/bell'
import { Button } from '../ui/button'
import { Drawer } from '../ui/dialog'
import { Kbd } from '../ui/kbd'
import { HealthMenu } from './health-menu'
import { PreferencesMenu } from './preferences-menu'
import { Navigation } from './sidebar'
import { UserMenu } from './user-menu'

const CommandPalette = lazy(() => import('./command-palette'))
const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** Navigation at the side, tools on top, the page in between; one column with a drawer on small screens. */
export function AppShell({ me, children }: { me: Me; children: ReactNode }) {
  const { t } = useI18n()
  const [drawer, setDrawer] = useState(false)
  const [palette, setPalette] = useState(false)

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setPalette((open) => !open)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  return (
    <div className="flex min-h-dvh">
      <a
        href="#main"
        className="fixed start-3 -top-12 z-50 rounded-md bg-accent px-3 py-1.5 text-accent-ink focus:top-3"
      >
        {t('nav.skip')}
      </a>
      <aside className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col border-e border-line bg-panel lg:flex">
        <div className="flex h-13 items-center px-4">
          <Logo />
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto">
          <Navigation />
        </div>
      </aside>

      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-30 flex h-13 items-center gap-2 border-b border-line bg-canvas/85 px-3 backdrop-blur-md sm:px-6">
          <Button
            variant="ghost"
            size="icon"
            className="lg:hidden"
            aria-label={t('nav.open')}
            onClick={() => setDrawer(true)}
          >
            <MenuIcon aria-hidden />
          </Button>
          <LogoMark className="size-6 lg:hidden" />
          <button
            type="button"
            onClick={() => setPalette(true)}
            aria-keyshortcuts="Control+K Meta+K"
            className="ms-auto flex h-8 items-center gap-2 rounded-md border border-line bg-panel px-2.5 text-sm text-ink-3 transition-colors hover:border-line-strong hover:text-ink-2 sm:ms-0 sm:w-64"
          >
            <Search className="size-4 shrink-0" aria-hidden />
            <span className="flex-1 text-start max-sm:sr-only">{t('palette.hint')}</span>
            <span className="hidden gap-0.5 sm:flex" aria-hidden>
              <Kbd>{isMac ? '⌘' : 'Ctrl'}</Kbd>
              <Kbd>K</Kbd>
            </span>
          </button>
          <div className="flex items-center gap-1 sm:ms-auto">
            <HealthMenu />
            <Bell />
            <PreferencesMenu />
            <UserMenu me={me} />
          </div>
        </header>
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          {children}
        </main>
      </div>

      <Drawer open={drawer} onOpenChange={setDrawer} side="start" label={t('nav.main')} title={<Logo />}>
        <Navigation onNavigate={() => setDrawer(false)} />
      </Drawer>
      {palette && (
        <Suspense>
          <CommandPalette onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </div>
  )
}
