import { Ban, EyeOff, ScrollText, TriangleAlert, type LucideIcon } from 'lucide-react'
import { Badge, type Tone } from '@/components/ui/badge'
import { useI18n } from '@/i18n'
import { actions } from './data/schema'

type Action = (typeof actions)[number]

const looks: Record<Action, { tone: Tone; icon: LucideIcon }> = {
  block: { tone: 'bad', icon: Ban },
  redact: { tone: 'info', icon: EyeOff },
  warn: { tone: 'warn', icon: TriangleAlert },
  log: { tone: 'neutral', icon: ScrollText },
}

export function ActionBadge({ action }: { action: string }) {
  const { t } = useI18n()
  const known = actions.find((each) => each === action) ?? 'log'
  const { tone, icon: Icon } = looks[known]
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(`security.action.${known}`)}
    </Badge>
  )
}
