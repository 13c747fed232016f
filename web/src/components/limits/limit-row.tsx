import { Clock, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useI18n } from '@/i18n'
import { Time } from '../text'
import { Badge } from '../ui/badge'
import { Button } from '../ui/button'
import { isOverride, nameOf, type LimitItem, amountText } from './data/limits'
import { InlineConfirm } from './inline-confirm'
import { UseBar } from './use-bar'

interface LimitRowProps {
  item: LimitItem
  /** An override stands in its place for now. */
  replaced: boolean
  counted: boolean
  onEdit?: () => void
  /** The list it stands in, for its version. */
  read: () => Promise<{ etag?: string }>
  onRemove?: (etag: string | undefined) => Promise<unknown>
}

/** One rule or budget: what it is, how much of it is used, and what may be done with it. */
export function LimitRow({ item, replaced, counted, read, onEdit, onRemove }: LimitRowProps) {
  const { t, f } = useI18n()
  const [asking, setAsking] = useState(false)
  const name = nameOf(item.type, item.unit, item.span, t)
  const waits = !item.enabled ? 'disabled' : replaced ? 'replaced' : counted ? undefined : 'perUser'
  return (
    <li className="grid gap-2 rounded-lg border border-line bg-panel p-3" aria-label={name}>
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <p className="text-sm font-medium">{name}</p>
          <div className="mt-1 flex flex-wrap items-center gap-1">
            {item.surface && (
              <Badge>{t(item.surface === 'mcp_gateway' ? 'limits.surface.mcp' : 'limits.surface.ai')}</Badge>
            )}
            <Badge
              tone={item.mode === 'strict' ? 'accent' : 'outline'}
              title={t(item.mode === 'strict' ? 'limits.mode.strictHint' : 'limits.mode.softHint')}
            >
              {t(item.mode === 'strict' ? 'limits.mode.strict' : 'limits.mode.soft')}
            </Badge>
            {isOverride(item) && (
              <Badge tone="info">
                <Clock aria-hidden />
                {t('limits.override')}
              </Badge>
            )}
            {item.expiresAt && (
              <span className="text-xs text-ink-3">
                {t('limits.until')} <Time value={item.expiresAt} />
              </span>
            )}
          </div>
        </div>
        {onEdit && (
          <Button variant="ghost" size="icon-sm" onClick={onEdit} aria-label={t('limits.edit', { name })}>
            <Pencil aria-hidden />
          </Button>
        )}
        {onRemove && (
          <Button
            variant="ghost"
            size="icon-sm"
            onClick={() => setAsking(true)}
            aria-label={t('limits.remove', { name })}
          >
            <Trash2 aria-hidden />
          </Button>
        )}
      </div>
      {item.reason && <p className="text-xs break-words text-ink-2">{item.reason}</p>}
      {waits ? (
        <p className="text-xs text-ink-3">
          <span className="tnum text-ink-2">{amountText(item.amount, item.unit, t, f)}</span> ·{' '}
          {t(`limits.${waits}`)}
        </p>
      ) : item.usage ? (
        <UseBar name={name} current={item.usage.current} limit={item.usage.limit} unit={item.unit} />
      ) : (
        <p className="tnum text-xs text-ink-3">{amountText(item.amount, item.unit, t, f)}</p>
      )}
      {item.usage?.resets_at && !waits && (
        <p className="text-xs text-ink-3" title={f.exact(item.usage.resets_at)}>
          {t('limits.resetsAt')} <Time value={item.usage.resets_at} />
        </p>
      )}
      {asking && onRemove && (
        <InlineConfirm
          question={t('limits.removeAsk')}
          action={t('limits.removeYes')}
          read={read}
          onConfirm={onRemove}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  )
}
