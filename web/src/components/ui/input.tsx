import type { ComponentProps } from 'react'
import { cn } from '@/lib/cn'

export const inputStyles =
  'w-full min-w-0 rounded-md border border-line-strong bg-panel px-2.5 text-sm text-ink transition-colors placeholder:text-ink-3 hover:border-ink-3 focus-visible:border-accent focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-accent/35 disabled:opacity-60 aria-invalid:border-bad dark:bg-sunken'

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(inputStyles, 'h-8', className)} {...props} />
}

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea className={cn(inputStyles, 'min-h-16 py-1.5', className)} {...props} />
}
