import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import type { DiffLine } from '@/lib/line-diff'

const looks: Record<DiffLine['kind'], { sign: string; className: string }> = {
  same: { sign: ' ', className: 'text-ink-2' },
  added: { sign: '+', className: 'bg-ok-soft text-ok' },
  removed: { sign: '-', className: 'bg-bad-soft text-bad' },
  gap: { sign: '⋯', className: 'text-ink-3' },
}

/** Lines that came and went. Signs say it too, not colour alone. */
export function DiffView({ lines, label }: { lines: DiffLine[]; label: string }) {
  const { t } = useI18n()
  return (
    <pre
      tabIndex={0}
      aria-label={label}
      className="max-h-96 overflow-auto rounded-lg border border-line bg-sunken py-2 font-mono text-xs leading-5"
    >
      {lines.map((line, index) => {
        const { sign, className } = looks[line.kind]
        return (
          <div key={index} className={cn('px-3 whitespace-pre', className)}>
            {line.kind === 'added' && <span className="sr-only">{t('roles.added')}</span>}
            {line.kind === 'removed' && <span className="sr-only">{t('roles.removed')}</span>}
            <span aria-hidden className="inline-block w-4 select-none">
              {sign}
            </span>
            {line.text}
          </div>
        )
      })}
    </pre>
  )
}
