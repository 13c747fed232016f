import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { CopyButton } from './copy-button'

export function CodeBlock({ code, label, className }: { code: string; label: string; className?: string }) {
  const { t } = useI18n()
  return (
    <div className={cn('group relative overflow-hidden rounded-lg border border-line bg-sunken', className)}>
      <pre
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto p-3 pe-11 text-xs leading-5 whitespace-pre text-ink"
      >
        <code>{code}</code>
      </pre>
      <CopyButton
        text={code}
        label={t('common.copyWhat', { what: label })}
        className="absolute end-1.5 top-1.5 bg-sunken"
      />
    </div>
  )
}
