import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleSlash,
  Clock,
  FlaskConical,
  Gauge,
  Unplug,
  Zap,
  type LucideIcon,
} from 'lucide-react'
import { useI18n, type MessageKey } from '@/i18n'
import type { Outcome } from '@/lib/api/logs'
import { Badge, type Tone } from './ui/badge'
import { Tooltip } from './ui/tooltip'

// A status is never colour alone: every one has an icon and a word.
const outcomeLooks: Record<Outcome, { tone: Tone; icon: LucideIcon }> = {
  ok: { tone: 'ok', icon: CircleCheck },
  cached: { tone: 'info', icon: Zap },
  error: { tone: 'bad', icon: CircleAlert },
  timeout: { tone: 'bad', icon: Clock },
  interrupted: { tone: 'bad', icon: Unplug },
  aborted: { tone: 'neutral', icon: CircleSlash },
  denied: { tone: 'warn', icon: Ban },
  limited: { tone: 'warn', icon: Gauge },
}

export function OutcomeBadge({ outcome }: { outcome: Outcome }) {
  const { t } = useI18n()
  const look = outcomeLooks[outcome] ?? { tone: 'neutral', icon: CircleDashed }
  const Icon = look.icon
  return (
    <Badge tone={look.tone}>
      <Icon aria-hidden />
      {t(`outcome.${outcome}` as MessageKey)}
    </Badge>
  )
}

/** `plain` inside links and buttons, where a second focus stop would be in the way. */
export function SimulatedBadge({ plain }: { plain?: boolean }) {
  const { t } = useI18n()
  const badge = (
    <Badge
      tone="outline"
      className="border-dashed"
      title={plain ? t('common.simulatedHint') : undefined}
      {...(plain ? {} : { tabIndex: 0 })}
    >
      <FlaskConical aria-hidden />
      {t('common.simulated')}
    </Badge>
  )
  return plain ? badge : <Tooltip content={t('common.simulatedHint')}>{badge}</Tooltip>
}

export type HealthTone = 'ok' | 'warn' | 'bad' | 'off'

const healthLooks: Record<HealthTone, { tone: Tone; icon: LucideIcon }> = {
  ok: { tone: 'ok', icon: CircleCheck },
  warn: { tone: 'warn', icon: CircleAlert },
  bad: { tone: 'bad', icon: CircleAlert },
  off: { tone: 'neutral', icon: CircleSlash },
}

export function StatusBadge({ tone, children }: { tone: HealthTone; children: string }) {
  const { tone: badge, icon: Icon } = healthLooks[tone]
  return (
    <Badge tone={badge}>
      <Icon aria-hidden />
      {children}
    </Badge>
  )
}

const good = new Set(['ok', 'up', 'healthy', 'ready', 'live', 'in_force'])
const tolerable = new Set(['degraded', 'starting', 'not_ready', 'not_evaluated'])

export function healthTone(status: string): HealthTone {
  const word = status.toLowerCase()
  if (good.has(word)) return 'ok'
  if (word === 'not_configured') return 'off'
  return tolerable.has(word) ? 'warn' : 'bad'
}

const spoken = ['ok', 'not_ready', 'down', 'not_configured', 'in_force', 'not_evaluated'] as const

/** A state as the API words it, in the reader's language where it is a known one. */
export function StateBadge({ state }: { state: string }) {
  const { t } = useI18n()
  const known = spoken.find((each) => each === state)
  return <StatusBadge tone={healthTone(state)}>{known ? t(`state.${known}`) : state}</StatusBadge>
}
