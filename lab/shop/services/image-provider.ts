import { ServiceError } from '../runtime/calls.ts';
import type { Setup } from '../runtime/service.ts';
import { products } from './products.ts';

/** Draws a picture of each product: a night sky of its own, made from its id. */
export const imageProvider: Setup = ({ app }) => {
  const pictures = new Map(products.map(({ id }) => [`${id}.svg`, draw(id)]));

  app.get<{ Params: { file: string } }>('/images/products/:file', async ({ params: { file } }, reply) => {
    const picture = pictures.get(file);
    if (picture === undefined) throw new ServiceError(404, `no picture ${file}`);
    return reply.type('image/svg+xml').send(picture);
  });
  return {};
};

function draw(id: string): string {
  const numbers = [...Buffer.from(id.repeat(4))];
  const hue = numbers.reduce((sum, each, index) => sum + each * (index % 10), 0) % 360;
  const stars = numbers.map((each, index) => {
    const x = (each * 37 + index * 61) % 320;
    const y = (each * 53 + index * 29) % 180;
    return `<circle cx="${x}" cy="${y}" r="${((each % 4) + 1) / 2.5}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200">
<defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="hsl(${hue} 60% 14%)"/><stop offset="1" stop-color="hsl(${hue + 40} 55% 42%)"/></linearGradient></defs>
<rect width="320" height="200" fill="url(#sky)"/><g fill="#fff" fill-opacity=".85">${stars.join('')}</g>
<circle cx="${60 + (hue % 200)}" cy="70" r="26" fill="hsl(${hue + 180} 70% 82%)"/>
<path d="M0 200V168Q80 140 160 166T320 156V200Z" fill="hsl(${hue} 40% 10%)"/></svg>`;
}
