import { useLayoutEffect } from 'react'

/**
 * Dims and stills the page behind a dialog. Radix's own overlay does it through an inline <style>, which the
 * content security policy refuses; here it is done on the root element. The width of the vanished scrollbar
 * is kept, so that nothing jumps.
 */
export function Scrim() {
  useLayoutEffect(() => {
    const root = document.documentElement
    const { overflow, paddingInlineEnd } = root.style
    const scrollbar = window.innerWidth - root.clientWidth
    root.style.overflow = 'hidden'
    if (scrollbar > 0) root.style.paddingInlineEnd = `${scrollbar}px`
    return () => {
      root.style.overflow = overflow
      root.style.paddingInlineEnd = paddingInlineEnd
    }
  }, [])
  return <div aria-hidden className="fade-in fixed inset-0 z-40 bg-scrim" />
}
