import { Check, Circle } from 'lucide-react'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'

// The rules of the identity service; it checks them again.
const passwordRules = [
  { key: 'setup.admin.ruleLength', holds: (value: string) => value.length >= 8 },
  { key: 'setup.admin.ruleUpper', holds: (value: string) => /[A-Z]/.test(value) },
  { key: 'setup.admin.ruleLower', holds: (value: string) => /[a-z]/.test(value) },
  { key: 'setup.admin.ruleDigit', holds: (value: string) => /\d/.test(value) },
] as const

export const meetsPasswordRules = (value: string) => passwordRules.every((rule) => rule.holds(value))

/** Each rule, ticked off while the password is typed. */
export function PasswordRules({ password }: { password: string }) {
  const { t } = useI18n()
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1" aria-label={t('setup.admin.rules')}>
      {passwordRules.map((rule) => {
        const holds = rule.holds(password)
        const Icon = holds ? Check : Circle
        return (
          <li
            key={rule.key}
            className={cn('flex items-center gap-1.5 text-xs', holds ? 'text-ok' : 'text-ink-3')}
          >
            <Icon className="size-3" strokeWidth={holds ? 3 : 2} aria-hidden />
            {t(rule.key)}
          </li>
        )
      })}
    </ul>
  )
}
