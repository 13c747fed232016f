import { Bot } from 'lucide-react'
import { cn } from '@/lib/cn'

export const initials = (name: string) =>
  name
    .split(/[\s@._-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase())
    .join('')

/** Decoration beside a name: the first letters of a person, a mark for a service account. */
export function Avatar({
  name,
  service,
  className,
}: {
  name: string
  service?: boolean
  className?: string
}) {
  return (
    <span
      aria-hidden
      className={cn(
        'grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-2xs font-semibold text-accent-text',
        service && 'rounded-md bg-sunken text-ink-2',
        className,
      )}
    >
      {service ? <Bot className="size-4" /> : initials(name)}
    </span>
  )
}
