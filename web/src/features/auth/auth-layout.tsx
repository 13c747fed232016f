import { useEffect, type ReactNode } from 'react'
import { LogoMark } from '@/components/logo'
import { PreferencesMenu } from '@/components/shell/preferences-menu'

interface AuthLayoutProps {
  title: string
  lead: ReactNode
  children: ReactNode
}

/** The pages before the door: one card in the middle. */
export function AuthLayout({ title, lead, children }: AuthLayoutProps) {
  useEffect(() => {
    document.title = `${title} · ThinkWatch`
  }, [title])
  return (
    <div className="relative flex min-h-dvh flex-col bg-[radial-gradient(60rem_30rem_at_50%_-8rem,var(--accent-soft),transparent)]">
      <header className="flex justify-end p-3">
        <PreferencesMenu />
      </header>
      <main className="grid flex-1 place-items-center px-4 pb-24">
        <div className="w-full max-w-sm">
          <div className="mb-6 grid justify-items-center gap-3 text-center">
            <LogoMark className="size-11" />
            <div>
              <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
              <p className="mt-1 text-sm text-pretty text-ink-2">{lead}</p>
            </div>
          </div>
          {children}
        </div>
      </main>
    </div>
  )
}
