import { Pencil, Plus, Trash2, Wrench } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Select } from '@/components/ui/select'
import { useI18n } from '@/i18n'
import { toolChoices, type Settings, type Tool, type ToolChoice } from './data/types'
import { ToolDialog } from './tool-dialog'

interface ToolsSectionProps {
  settings: Settings
  onChange: (change: Partial<Settings>) => void
}

export function ToolsSection({ settings, onChange }: ToolsSectionProps) {
  const { t } = useI18n()
  const [open, setOpen] = useState<Tool | 'new'>()
  const { tools } = settings
  return (
    <section className="grid gap-2" aria-label={t('play.tools')}>
      <header className="flex items-center gap-2">
        <h2 className="flex-1 text-sm font-semibold">{t('play.tools')}</h2>
        <Button size="sm" onClick={() => setOpen('new')}>
          <Plus aria-hidden />
          {t('play.addTool')}
        </Button>
      </header>
      {tools.length === 0 ? (
        <p className="text-xs text-ink-3">{t('play.toolsHint')}</p>
      ) : (
        <>
          <ul className="grid gap-1">
            {tools.map((tool) => (
              <li
                key={tool.name}
                className="flex h-9 items-center gap-2 rounded-md border border-line bg-sunken ps-2.5 pe-1"
              >
                <Wrench className="size-3.5 shrink-0 text-ink-3" aria-hidden />
                <span className="min-w-0 flex-1 truncate font-mono text-xs" title={tool.description}>
                  {tool.name}
                </span>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={t('play.editTool', { name: tool.name })}
                  onClick={() => setOpen(tool)}
                >
                  <Pencil aria-hidden />
                </Button>
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={t('play.removeTool', { name: tool.name })}
                  onClick={() => onChange({ tools: tools.filter((each) => each !== tool) })}
                >
                  <Trash2 aria-hidden />
                </Button>
              </li>
            ))}
          </ul>
          <Field label={t('play.toolChoice')}>
            {(control) => (
              <Select
                {...control}
                value={settings.toolChoice}
                onChange={(event) => onChange({ toolChoice: event.target.value as ToolChoice })}
              >
                {toolChoices.map((choice) => (
                  <option key={choice} value={choice}>
                    {t(`play.toolChoice.${choice}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </>
      )}
      {open && (
        <ToolDialog
          tool={open === 'new' ? undefined : open}
          taken={tools.filter((each) => each !== open).map((each) => each.name)}
          onClose={() => setOpen(undefined)}
          onSave={(saved) => {
            onChange({
              tools: open === 'new' ? [...tools, saved] : tools.map((each) => (each === open ? saved : each)),
            })
            setOpen(undefined)
          }}
        />
      )}
    </section>
  )
}
