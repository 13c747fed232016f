import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { toApiError } from '@/lib/api/problem'
import { isPatternName, readCustom, writeCustom } from './data/patterns'

interface CustomPatternsProps {
  entries: string[]
  disabled: boolean
  callsOf: (name: string) => number
  onChange: (next: (entries: string[]) => string[]) => Promise<unknown>
}

export function CustomPatterns({ entries, disabled, callsOf, onChange }: CustomPatternsProps) {
  const { t, f } = useI18n()
  const [name, setName] = useState('')
  const [expression, setExpression] = useState('')
  const [refused, setRefused] = useState<string>()
  const taken = entries.map((entry) => readCustom(entry).name)
  const wrongName = name !== '' && !isPatternName(name, taken)
  const add = async () => {
    try {
      await onChange((stored) => [...stored, writeCustom({ name, expression })])
      setName('')
      setExpression('')
    } catch (error) {
      setRefused(Object.values(toApiError(error).fields)[0])
    }
  }
  return (
    <section className="panel" aria-label={t('security.custom')}>
      <div className="px-4 pt-3 pb-2">
        <h2 className="text-sm font-semibold">{t('security.custom')}</h2>
        <p className="text-xs text-ink-3">{t('security.customHint')}</p>
      </div>
      <ul>
        {entries.map((entry) => {
          const pattern = readCustom(entry)
          const calls = callsOf(pattern.name) || callsOf(pattern.name.toLowerCase())
          return (
            <li key={entry} className="flex h-10 items-center gap-3 border-t border-line ps-4 pe-2">
              <code className="shrink-0 text-xs font-medium">{pattern.name}</code>
              <code className="min-w-0 flex-1 truncate text-xs text-ink-2" title={pattern.expression}>
                {pattern.expression}
              </code>
              {calls > 0 && (
                <span className="tnum text-xs whitespace-nowrap text-ink-3">
                  {t('security.inCalls', { n: calls, count: f.compact(calls) })}
                </span>
              )}
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={t('security.removePattern', { name: pattern.name })}
                onClick={() =>
                  void onChange((stored) => stored.filter((each) => each !== entry)).catch(() => {})
                }
              >
                <Trash2 aria-hidden />
              </Button>
            </li>
          )
        })}
      </ul>
      <form
        className="grid items-start gap-3 border-t border-line p-4 sm:grid-cols-[11rem_minmax(0,1fr)_auto]"
        onSubmit={(event) => {
          event.preventDefault()
          void add()
        }}
      >
        <Field
          label={t('security.patternName')}
          error={wrongName ? t('security.patternNameWrong') : undefined}
        >
          {(control) => (
            <Input
              {...control}
              value={name}
              placeholder="EMPLOYEE_ID"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setName(event.target.value.toUpperCase())}
              className="font-mono text-xs"
            />
          )}
        </Field>
        <Field label={t('security.expression')} error={refused}>
          {(control) => (
            <Input
              {...control}
              value={expression}
              placeholder="EMP-\d{6}"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => {
                setExpression(event.target.value)
                setRefused(undefined)
              }}
              className="font-mono text-xs"
            />
          )}
        </Field>
        <Button type="submit" className="sm:mt-6.5" disabled={disabled || !name || wrongName || !expression}>
          <Plus aria-hidden />
          {t('security.addPattern')}
        </Button>
      </form>
    </section>
  )
}
