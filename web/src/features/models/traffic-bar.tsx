import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { at, backgrounds } from './data/colours'
import { moveBorder } from './data/split'

export interface TrafficPart {
  id: string
  label: string
  percent: number
}

interface TrafficBarProps {
  label: string
  parts: TrafficPart[]
  /** Without it the bar only shows. */
  onChange?: (percents: number[]) => void
}

/** A bar whose borders are dragged, or moved by the arrow keys, to shift traffic from one route to its neighbour. */
export function TrafficBar({ label, parts, onChange }: TrafficBarProps) {
  const bar = useRef<HTMLDivElement>(null)
  const borders = parts.map((_, index) =>
    parts.slice(0, index + 1).reduce((sum, part) => sum + part.percent, 0),
  )
  const move = (border: number, to: number) =>
    onChange?.(
      moveBorder(
        parts.map((part) => part.percent),
        border,
        to,
      ),
    )
  return (
    <div ref={bar} role="group" aria-label={label} className="relative h-9">
      <div className="flex h-full gap-0.5 overflow-hidden rounded-md bg-sunken" aria-hidden>
        {parts.map((part, index) => (
          <div
            key={part.id}
            className={cn('min-w-0', at(backgrounds, index), !onChange && 'opacity-70')}
            style={{ flexGrow: part.percent, flexBasis: 0 }}
          />
        ))}
      </div>
      {onChange &&
        parts
          .slice(0, -1)
          .map((part, index) => (
            <Handle
              key={part.id}
              part={part}
              next={parts[index + 1]!}
              position={borders[index]!}
              track={bar}
              onMove={(to) => move(index, to)}
            />
          ))}
    </div>
  )
}

interface HandleProps {
  part: TrafficPart
  next: TrafficPart
  position: number
  track: React.RefObject<HTMLDivElement | null>
  onMove: (to: number) => void
}

function Handle({ part, next, position, track, onMove }: HandleProps) {
  const { t } = useI18n()
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || !track.current) return
    const box = track.current.getBoundingClientRect()
    onMove(((event.clientX - box.left) / box.width) * 100)
  }
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowLeft: position - 1,
      ArrowDown: position - 1,
      ArrowRight: position + 1,
      ArrowUp: position + 1,
      PageDown: position - 10,
      PageUp: position + 10,
      Home: 0,
      End: 100,
    }
    const to = steps[event.key]
    if (to === undefined) return
    event.preventDefault()
    onMove(to)
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={t('models.border', { from: part.label, to: next.label })}
      aria-valuemin={0}
      aria-valuemax={part.percent + next.percent}
      aria-valuenow={part.percent}
      aria-valuetext={`${part.label} ${part.percent}%, ${next.label} ${next.percent}%`}
      className="absolute -inset-y-1 grid w-6 -translate-x-1/2 cursor-ew-resize touch-none place-items-center rounded"
      style={{ left: `${position}%` }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={press}
    >
      <span className="h-full w-1.5 rounded-full border border-line-strong bg-panel shadow-sm" aria-hidden />
    </div>
  )
}
