import { useQueryClient } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Logo } from '@/components/logo'
import { PreferencesMenu } from '@/components/shell/preferences-menu'
import { useI18n } from '@/i18n'
import { initialize, setupStatusQuery } from '@/lib/api/session'
import { cn } from '@/lib/cn'
import { AdminStep, type AdminDraft } from './admin-step'
import { setupSteps, type SetupStep } from './data/steps'
import { ProviderStep } from './provider-step'
import { SiteStep } from './site-step'
import { WelcomeStep } from './welcome-step'

interface SetupPageProps {
  step: SetupStep
  onStep: (step: SetupStep) => void
}

/** Four steps from an empty database to the first answered request. The password lives in memory only. */
export function SetupPage({ step, onStep }: SetupPageProps) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [draft, setDraft] = useState<AdminDraft>()
  const [apiKey, setApiKey] = useState<string>()
  // A link into the middle has no draft: the administrator comes first.
  const shown = step === 'site' && !draft ? 'admin' : step

  useEffect(() => {
    document.title = `${t('setup.title')} · ThinkWatch`
  }, [t])

  const create = async (siteName: string) => {
    if (!draft) return
    const result = await initialize({ admin: draft, site_name: siteName })
    setApiKey(result.api_key)
    client.setQueryData(
      setupStatusQuery.queryKey,
      (old) => old && { ...old, initialized: true, needs_setup: false },
    )
    onStep('provider')
  }

  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <aside className="border-line bg-panel md:sticky md:top-0 md:h-dvh md:w-72 md:shrink-0 md:border-e">
        <div className="flex items-center justify-between px-4 py-3 md:px-6 md:py-6">
          <Logo />
          <span className="md:hidden">
            <PreferencesMenu />
          </span>
        </div>
        <Stepper current={shown} />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="hidden justify-end p-3 md:flex">
          <PreferencesMenu />
        </div>
        <main className="mx-auto w-full max-w-2xl flex-1 px-4 py-6 md:px-8 md:py-10">
          {shown === 'welcome' && <WelcomeStep onNext={() => onStep('admin')} />}
          {shown === 'admin' && (
            <AdminStep
              draft={draft}
              onBack={() => onStep('welcome')}
              onNext={(next) => {
                setDraft(next)
                onStep('site')
              }}
            />
          )}
          {shown === 'site' && <SiteStep onBack={() => onStep('admin')} onNext={create} />}
          {shown === 'provider' && <ProviderStep apiKey={apiKey} />}
        </main>
      </div>
    </div>
  )
}

function Stepper({ current }: { current: SetupStep }) {
  const { t } = useI18n()
  const position = setupSteps.indexOf(current)
  return (
    <nav aria-label={t('setup.steps')} className="px-4 pb-4 md:px-6">
      <ol className="flex gap-2 md:grid md:gap-1">
        {setupSteps.map((step, index) => {
          const done = index < position
          const active = index === position
          return (
            <li
              key={step}
              aria-current={active ? 'step' : undefined}
              className="flex-1 md:flex md:items-start md:gap-3 md:py-2"
            >
              <span
                aria-hidden
                className={cn(
                  'block h-1 rounded-full md:hidden',
                  index <= position ? 'bg-accent' : 'bg-line-strong',
                )}
              />
              <span
                aria-hidden
                className={cn(
                  'hidden size-6 shrink-0 place-items-center rounded-full border text-xs font-semibold md:grid',
                  done && 'border-accent bg-accent text-accent-ink',
                  active && 'border-accent text-accent-text',
                  !done && !active && 'border-line-strong text-ink-3',
                )}
              >
                {done ? <Check className="size-3.5" strokeWidth={3} /> : index + 1}
              </span>
              <span className={cn('min-w-0', !active && 'max-md:sr-only')}>
                <span
                  className={cn(
                    'mt-1.5 block text-xs font-medium whitespace-nowrap md:mt-0.5 md:text-sm',
                    active ? 'text-ink' : 'text-ink-2',
                  )}
                >
                  {t(`setup.step.${step}`)}
                </span>
                <span className="hidden text-xs text-ink-3 md:block">{t(`setup.step.${step}Hint`)}</span>
              </span>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

export function StepHeading({ title, children }: { title: string; children: string }) {
  return (
    <header className="mb-6">
      <h1 className="text-2xl font-semibold tracking-tight text-balance">{title}</h1>
      <p className="mt-1.5 text-base text-pretty text-ink-2">{children}</p>
    </header>
  )
}
