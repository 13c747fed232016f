import { useId } from 'react'
import { cn } from '@/lib/cn'
import { Checkbox } from './ui/toggles'

interface CheckListProps {
  label: string
  value: string[]
  onChange: (value: string[]) => void
  options: { value: string; label: string; hint?: string }[]
  error?: string
  className?: string
}

/** Any number of a few choices; a long list scrolls in its frame. */
export function CheckList({ label, value, onChange, options, error, className }: CheckListProps) {
  const id = useId()
  return (
    <fieldset
      className={cn('grid content-start gap-1.5', className)}
      aria-describedby={error && `${id}-error`}
    >
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      <div className="max-h-62 divide-y divide-line overflow-y-auto rounded-lg border border-line">
        {options.map((option, index) => (
          <div key={option.value} className="flex items-start gap-2.5 px-2.5 py-2">
            <Checkbox
              id={`${id}-${index}`}
              checked={value.includes(option.value)}
              onCheckedChange={(checked) =>
                onChange(
                  checked === true ? [...value, option.value] : value.filter((each) => each !== option.value),
                )
              }
              aria-describedby={option.hint ? `${id}-${index}-hint` : undefined}
              className="mt-0.5"
            />
            <div className="min-w-0">
              <label htmlFor={`${id}-${index}`} className="block text-sm font-medium">
                {option.label}
              </label>
              {option.hint && (
                <p id={`${id}-${index}-hint`} className="text-xs text-ink-3">
                  {option.hint}
                </p>
              )}
            </div>
          </div>
        ))}
      </div>
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
    </fieldset>
  )
}
