import type { ProviderType } from '@/lib/api/catalog'
import { cn } from '@/lib/cn'

const letters: Record<ProviderType, string> = {
  openai: 'OA',
  anthropic: 'AN',
  google: 'GO',
  azure_openai: 'AZ',
  bedrock: 'BR',
  custom: '{ }',
}

/** A lettered tile instead of other companies' logos. */
export function ProviderMark({ type, className }: { type: string; className?: string }) {
  return (
    <span
      aria-hidden
      className={cn(
        'grid size-7 shrink-0 place-items-center rounded-md border border-line bg-sunken font-mono text-2xs font-semibold text-ink-2',
        className,
      )}
    >
      {letters[type as ProviderType] ?? type.slice(0, 2).toUpperCase()}
    </span>
  )
}
