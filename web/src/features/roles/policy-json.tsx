import { CircleCheck, TriangleAlert } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { locateJson, rangeOf, type Range } from '@/lib/json-positions'
import type { Fault } from './data/check'
import { sayFault } from './say-fault'

const CodeEditor = lazy(() => import('@/components/code-editor'))

interface PolicyJsonProps {
  text: string
  faults: Fault[]
  readOnly: boolean
  onChange: (text: string) => void
}

/** The policy as it is stored. Faults are underlined where they stand, and listed with a way to each. */
export function PolicyJson({ text, faults, readOnly, onChange }: PolicyJsonProps) {
  const { t } = useI18n()
  const [jump, setJump] = useState<Range>()
  const placed = useMemo(() => {
    const located = locateJson(text)
    if ('at' in located)
      return [{ range: { from: located.at, to: located.at + 1 }, said: t('roles.fault.json') }]
    return faults.map((fault) => ({
      range: rangeOf(located.ranges, fault.path) ?? { from: 0, to: 1 },
      said: sayFault(fault, t),
    }))
  }, [text, faults, t])
  const marks = useMemo(() => placed.map((each) => each.range), [placed])
  const lineOf = ({ from }: Range) => text.slice(0, from).split('\n').length

  return (
    <div className="grid gap-2">
      <Suspense fallback={<Skeleton className="h-60" />}>
        <CodeEditor
          value={text}
          onChange={onChange}
          label={t('roles.policyJson')}
          marks={marks}
          jump={jump}
          readOnly={readOnly}
        />
      </Suspense>
      {placed.length === 0 ? (
        <p className="flex items-center gap-1.5 text-xs text-ok">
          <CircleCheck className="size-3.5" aria-hidden />
          {t('roles.sound')}
        </p>
      ) : (
        <div role="alert">
          <ul aria-label={t('roles.faults')} className="grid gap-1">
            {placed.map(({ range, said }, index) => (
              <li key={index}>
                <button
                  type="button"
                  onClick={() => setJump({ ...range })}
                  className="flex items-start gap-1.5 rounded text-start text-xs text-bad hover:underline"
                >
                  <TriangleAlert className="mt-px size-3.5 shrink-0" aria-hidden />
                  <span>
                    <span className="font-medium">{t('roles.line', { n: lineOf(range) })}</span> {said}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
