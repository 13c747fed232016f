import { Check } from 'lucide-react'
import { useI18n, type MessageKey } from '@/i18n'
import { cn } from '@/lib/cn'

const steps = ['provider', 'client', 'people', 'test', 'activate'] as const

/** Where one is on the way to a connection that is offered on the login page. */
export function SsoSteps({ current }: { current: (typeof steps)[number] }) {
  const { t } = useI18n()
  const position = steps.indexOf(current)
  return (
    <nav aria-label={t('sso.steps')} className="mb-4 max-w-3xl">
      <ol className="flex flex-wrap gap-x-5 gap-y-2">
        {steps.map((step, index) => (
          <li
            key={step}
            aria-current={index === position ? 'step' : undefined}
            className={cn(
              'flex items-center gap-2 text-sm',
              index === position ? 'font-medium text-ink' : 'text-ink-2',
            )}
          >
            <span
              aria-hidden
              className={cn(
                'grid size-6 shrink-0 place-items-center rounded-full border text-xs font-semibold',
                index < position && 'border-accent bg-accent text-accent-ink',
                index === position && 'border-accent text-accent-text',
                index > position && 'border-line-strong text-ink-3',
              )}
            >
              {index < position ? <Check className="size-3.5" strokeWidth={3} /> : index + 1}
            </span>
            {t(`sso.step.${step}` as MessageKey)}
          </li>
        ))}
      </ol>
    </nav>
  )
}
