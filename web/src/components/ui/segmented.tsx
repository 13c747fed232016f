import { ToggleGroup } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'

interface SegmentedProps<T extends string> {
  label: string
  value: T
  onChange: (value: T) => void
  options: { value: T; label: ReactNode; name?: string }[]
  className?: string
}

/** One of a few choices, all in view. */
export function Segmented<T extends string>(props: SegmentedProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      value={props.value}
      onValueChange={(value) => value && props.onChange(value as T)}
      aria-label={props.label}
      className={cn(
        'inline-flex h-8 items-center gap-0.5 rounded-md border border-line bg-sunken p-0.5',
        props.className,
      )}
    >
      {props.options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          aria-label={option.name}
          className="inline-flex h-full items-center gap-1.5 rounded-[5px] px-2.5 text-xs font-medium whitespace-nowrap text-ink-2 transition-colors hover:text-ink data-[state=on]:bg-panel data-[state=on]:text-ink data-[state=on]:shadow-sm dark:data-[state=on]:bg-hover [&_svg]:size-3.5"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
