import { TriangleAlert } from 'lucide-react'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { Badge } from './ui/badge'

/** Marks a permission that can give away secrets, other people's data or the installation itself. */
export function DangerBadge({ className }: { className?: string }) {
  const { t } = useI18n()
  return (
    <Badge tone="warn" className={className}>
      <TriangleAlert aria-hidden />
      {t('roles.danger')}
    </Badge>
  )
}

export function PermissionKey({ value, className }: { value: string; className?: string }) {
  const [resource, action] = value.split(':')
  return (
    <span className={cn('font-mono text-xs whitespace-nowrap', className)}>
      <span className="text-ink-3">{resource}:</span>
      <span className="text-ink">{action}</span>
    </span>
  )
}
