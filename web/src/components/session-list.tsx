import { useMutation } from '@tanstack/react-query'
import { Laptop, Smartphone } from 'lucide-react'
import { useI18n } from '@/i18n'
import type { Session } from '@/lib/api/people'
import { deviceOf } from '@/lib/device'
import { describeError } from './states'
import { Time } from './text'
import { Badge } from './ui/badge'
import { Button } from './ui/button'
import { useToast } from './ui/toast'

interface SessionListProps {
  sessions: Session[]
  onEnd?: (session: Session) => Promise<unknown>
}

/** Where somebody is signed in: device, address, when. */
export function SessionList({ sessions, onEnd }: SessionListProps) {
  const { t } = useI18n()
  return (
    <ul className="divide-y divide-line rounded-lg border border-line">
      {sessions.map((session) => {
        const device = deviceOf(session.user_agent)
        const Icon = device.mobile ? Smartphone : Laptop
        const name =
          [device.browser, device.system].filter(Boolean).join(' · ') || t('sessions.unknownDevice')
        return (
          <li key={session.id} className="flex items-center gap-3 px-3 py-2.5">
            <Icon className="size-5 shrink-0 text-ink-3" aria-hidden />
            <div className="min-w-0 flex-1">
              <p
                className="flex flex-wrap items-center gap-x-2 text-sm font-medium"
                title={session.user_agent}
              >
                {name}
                {session.current && <Badge tone="accent">{t('sessions.current')}</Badge>}
              </p>
              <p className="flex flex-wrap gap-x-2 text-xs text-ink-3">
                <span className="font-mono">{session.client_ip}</span>
                <span>
                  {t('sessions.seen')} <Time value={session.last_seen_at} />
                </span>
                <span>
                  {t('sessions.since')} <Time value={session.created_at} />
                </span>
              </p>
            </div>
            {onEnd && !session.current && <EndButton name={name} onEnd={() => onEnd(session)} />}
          </li>
        )
      })}
    </ul>
  )
}

function EndButton({ name, onEnd }: { name: string; onEnd: () => Promise<unknown> }) {
  const { t } = useI18n()
  const toast = useToast()
  const end = useMutation({
    mutationFn: onEnd,
    onSuccess: () => toast.success(t('sessions.ended'), name),
    onError: (error) => toast.failure(t('error.failed'), describeError(error, t).title),
  })
  return (
    <Button
      variant="danger"
      size="sm"
      busy={end.isPending}
      onClick={() => end.mutate()}
      aria-label={t('sessions.endOf', { name })}
    >
      {t('sessions.end')}
    </Button>
  )
}
