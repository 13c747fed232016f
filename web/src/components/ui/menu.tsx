import { Check } from 'lucide-react'
import { DropdownMenu as Radix } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from '@/lib/cn'

const itemStyles =
  'relative flex h-8 items-center gap-2 rounded-md px-2 text-sm text-ink outline-none select-none data-disabled:opacity-50 data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-3'

/** Not modal: a modal menu locks scrolling through an inline style, which the security policy refuses. */
export function Menu({ trigger, children, align = 'end' }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="pop-in z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-pop"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

interface MenuProps {
  trigger: ReactNode
  children: ReactNode
  align?: 'start' | 'center' | 'end'
}

export function MenuItem({
  className,
  danger,
  ...props
}: ComponentProps<typeof Radix.Item> & { danger?: boolean }) {
  return (
    <Radix.Item
      className={cn(
        itemStyles,
        danger && 'text-bad data-highlighted:bg-bad-soft [&_svg]:text-bad',
        className,
      )}
      {...props}
    />
  )
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-2 pb-1 text-xs font-medium text-ink-3">{children}</Radix.Label>
}

export const MenuSeparator = () => <Radix.Separator className="-mx-1 my-1 h-px bg-line" />

interface ChoiceProps {
  label: string
  value: string
  onChange: (value: string) => void
  options: { value: string; label: string; icon?: ReactNode }[]
}

export function MenuChoice({ label, value, onChange, options }: ChoiceProps) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      <MenuLabel>{label}</MenuLabel>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className={cn(itemStyles, 'pe-8')}>
          {option.icon}
          {option.label}
          <Radix.ItemIndicator className="absolute end-2 flex">
            <Check className="text-accent-text!" aria-hidden />
          </Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  )
}

export function MenuCheck({ className, children, ...props }: ComponentProps<typeof Radix.CheckboxItem>) {
  return (
    <Radix.CheckboxItem
      className={cn(itemStyles, 'pe-8', className)}
      onSelect={(event) => event.preventDefault()}
      {...props}
    >
      {children}
      <Radix.ItemIndicator className="absolute end-2 flex">
        <Check className="text-accent-text!" aria-hidden />
      </Radix.ItemIndicator>
    </Radix.CheckboxItem>
  )
}
