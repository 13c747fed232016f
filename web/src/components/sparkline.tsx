import { cn } from '@/lib/cn'
import { sparkline } from '@/lib/sparkline'

interface SparklineProps {
  label: string
  /** Drawn in order, on one scale; the last one on top. */
  lines: { values: (number | null)[]; className: string }[]
  className?: string
}

/** A figure's course in the space of a word. Gaps stay gaps. */
export function Sparkline({ label, lines, className }: SparklineProps) {
  const top = Math.max(...lines.flatMap((line) => line.values.map((value) => value ?? 0)))
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox="0 0 100 24"
      preserveAspectRatio="none"
      className={cn('h-6 w-24', className)}
    >
      {lines.map((line) => (
        <path
          key={line.className}
          d={sparkline(line.values, top)}
          fill="none"
          vectorEffect="non-scaling-stroke"
          strokeWidth="1.5"
          strokeLinejoin="round"
          strokeLinecap="round"
          className={line.className}
        />
      ))}
    </svg>
  )
}
