import { Link } from '@tanstack/react-router'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { CodeBlock } from '@/components/code-block'
import { Page } from '@/components/page'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Select } from '@/components/ui/select'
import { useI18n } from '@/i18n'
import { useGatewayUrl } from '@/lib/api/gateway-address'
import { useModels } from '@/lib/api/use-models'
import { clients, exportKey, withKey } from './data/clients'
import { FillKey } from './fill-key'
import { Verify } from './verify'

interface GuidePageProps {
  search: { client?: string; model?: string }
  onSearch: (change: { client?: string; model?: string }) => void
}

/** Settings to copy, with this installation's own address and models in them, and a real call to prove them. */
export function GuidePage({ search, onSearch }: GuidePageProps) {
  const { t } = useI18n()
  const gateway = useGatewayUrl()
  const models = (useModels().data ?? []).filter((model) => model.enabled && model.routes.length > 0)
  const model = models.find((each) => each.model_id === search.model) ?? models.at(-1) // the list begins with the newest; the first one set up is there to work
  const [key, setKey] = useState('')
  const client = clients.find((each) => each.id === search.client) ?? clients[0]!
  const own = client.snippets(gateway, model?.model_id ?? 'your-model')
  // Whoever reads the key from the environment is shown first how it gets there.
  const snippets = own.some(({ code }) => /environ|process\.env|\$THINKWATCH_KEY|env_key/.test(code))
    ? [{ label: t('guide.once'), code: exportKey(key) }, ...own]
    : own
  return (
    <Page title={t('nav.guide')} description={t('guide.lead')}>
      <div className="grid items-start gap-4 lg:grid-cols-[14rem_1fr]">
        <nav aria-label={t('guide.clients')} className="panel grid grid-cols-2 gap-1 p-2 lg:grid-cols-1">
          {clients.map((each) => (
            <button
              key={each.id}
              type="button"
              aria-current={each.id === client.id ? 'page' : undefined}
              onClick={() => onSearch({ client: each.id })}
              className="h-8 rounded-md px-3 text-start text-sm font-medium text-ink-2 hover:bg-hover aria-[current]:bg-accent-soft aria-[current]:text-accent-text"
            >
              {each.name}
            </button>
          ))}
        </nav>
        <div className="grid gap-4">
          <section className="panel grid gap-4 p-4" aria-label={client.name}>
            <div className="grid items-end gap-3 sm:grid-cols-[1fr_auto]">
              <Field label={t('models.model')}>
                {(control) => (
                  <Select
                    {...control}
                    value={model?.model_id ?? ''}
                    onChange={(event) => onSearch({ model: event.target.value })}
                  >
                    {models.map((each) => (
                      <option key={each.id} value={each.model_id}>
                        {each.model_id}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
              <Button asChild>
                <Link to="/api-keys" search={{ dialog: 'new' }}>
                  <KeyRound aria-hidden />
                  {t('keys.create')}
                </Link>
              </Button>
            </div>
            <FillKey value={key} onChange={setKey} />
            {snippets.map((snippet) => (
              <div key={snippet.label} className="grid gap-1.5">
                <h2 className="text-sm font-medium">{snippet.label}</h2>
                <CodeBlock label={`${client.name}, ${snippet.label}`} code={withKey(snippet.code, key)} />
              </div>
            ))}
            {client.note && <p className="text-sm text-ink-2">{t(client.note)}</p>}
          </section>
          {model && (
            <Verify
              key={`${model.model_id} ${client.surface}`}
              model={model.model_id}
              surface={client.surface}
            />
          )}
        </div>
      </div>
    </Page>
  )
}
