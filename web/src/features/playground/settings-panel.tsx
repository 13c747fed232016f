import { useState } from 'react'
import { SwitchRow } from '@/components/switch-row'
import { Field } from '@/components/ui/field'
import { Input, Textarea } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { useI18n, type MessageKey } from '@/i18n'
import { readExtra, readNumber, readStopWords } from './data/settings'
import { efforts, type Effort, type Settings } from './data/types'
import { ToolsSection } from './tools-section'

interface SettingsPanelProps {
  settings: Settings
  onChange: (change: Partial<Settings>) => void
}

const numbers: {
  name: 'temperature' | 'topP' | 'maxTokens'
  label: MessageKey
  step: number
  max?: number
}[] = [
  { name: 'temperature', label: 'play.temperature', step: 0.1, max: 2 },
  { name: 'topP', label: 'play.topP', step: 0.05, max: 1 },
  { name: 'maxTokens', label: 'play.maxTokens', step: 1 },
]

/** What goes with every question; both models of a comparison get the same. */
export function SettingsPanel({ settings, onChange }: SettingsPanelProps) {
  const { t } = useI18n()
  const [extra, setExtra] = useState(() =>
    Object.keys(settings.extra).length > 0 ? JSON.stringify(settings.extra, null, 2) : '',
  )
  const [stop, setStop] = useState(() => settings.stop.join(', '))
  const extraRead = readExtra(extra)
  return (
    <div className="grid gap-5">
      <Field label={t('play.system')} optional={t('common.optional')}>
        {(control) => (
          <Textarea
            {...control}
            value={settings.system}
            placeholder={t('play.systemPlaceholder')}
            onChange={(event) => onChange({ system: event.target.value })}
            className="field-sizing-content max-h-64"
          />
        )}
      </Field>
      <ToolsSection settings={settings} onChange={onChange} />
      <section className="grid gap-3" aria-label={t('play.parameters')}>
        <h2 className="text-sm font-semibold">{t('play.parameters')}</h2>
        <div className="grid grid-cols-2 gap-3">
          <Field label={t('play.effort')}>
            {(control) => (
              <Select
                {...control}
                value={settings.effort}
                onChange={(event) => onChange({ effort: event.target.value as Effort })}
              >
                {efforts.map((effort) => (
                  <option key={effort} value={effort}>
                    {t(`play.effort.${effort}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {numbers.map((each) => (
            <Field key={each.name} label={t(each.label)}>
              {(control) => (
                <Input
                  {...control}
                  type="number"
                  inputMode="decimal"
                  min={0}
                  max={each.max}
                  step={each.step}
                  placeholder={t('play.default')}
                  defaultValue={settings[each.name] ?? ''}
                  onChange={(event) => onChange({ [each.name]: readNumber(event.target.value) })}
                />
              )}
            </Field>
          ))}
        </div>
        <Field label={t('play.stopWords')} optional={t('common.optional')} hint={t('play.stopHint')}>
          {(control) => (
            <Input
              {...control}
              value={stop}
              onChange={(event) => {
                setStop(event.target.value)
                onChange({ stop: readStopWords(event.target.value) })
              }}
            />
          )}
        </Field>
        <SwitchRow
          label={t('play.stream')}
          checked={settings.stream}
          onChange={(stream) => onChange({ stream })}
        />
        <Field
          label={t('play.extra')}
          optional={t('common.optional')}
          hint={t('play.extraHint')}
          error={extraRead ? undefined : t('play.extraWrong')}
        >
          {(control) => (
            <Textarea
              {...control}
              value={extra}
              spellCheck={false}
              placeholder='{"seed": 7}'
              onChange={(event) => {
                setExtra(event.target.value)
                const read = readExtra(event.target.value)
                if (read) onChange({ extra: read })
              }}
              className="font-mono text-xs"
            />
          )}
        </Field>
      </section>
    </div>
  )
}
