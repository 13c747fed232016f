import { TriangleAlert } from 'lucide-react'
import { Badge } from '@/components/ui/badge'
import { useI18n } from '@/i18n'

/** How many dangerous permissions, which ones on hover. */
export function DangerCount({ keys }: { keys: string[] }) {
  const { t } = useI18n()
  if (keys.length === 0) return null
  return (
    <Badge tone="warn" title={keys.join(', ')}>
      <TriangleAlert aria-hidden />
      {t('roles.dangers', { n: keys.length })}
    </Badge>
  )
}
