import { useEffect, type ReactNode } from 'react'

interface PageProps {
  title: string
  description?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** Heading, actions and content of a console page; also the document's title. */
export function Page({ title, description, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ThinkWatch`
  }, [title])
  return (
    <div className="mx-auto w-full max-w-[1600px] px-4 py-5 sm:px-6">
      <header className="mb-4 flex flex-wrap items-end gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          {description && <p className="mt-0.5 max-w-3xl text-sm text-pretty text-ink-2">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export function Panel(props: {
  title: string
  aside?: ReactNode
  children: ReactNode
  className?: string
  flush?: boolean
}) {
  return (
    <section className={`panel flex min-w-0 flex-col ${props.className ?? ''}`} aria-label={props.title}>
      <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
        <h2 className="min-w-0 flex-1 basis-32 truncate text-sm font-semibold">{props.title}</h2>
        {props.aside}
      </header>
      <div className={props.flush ? 'min-h-0 flex-1' : 'min-h-0 flex-1 px-4 pb-4'}>{props.children}</div>
    </section>
  )
}
