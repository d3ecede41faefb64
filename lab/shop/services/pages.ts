import type { CartItem } from './orders.ts';
import type { Product } from './products.ts';
import type { Review } from './reviews.ts';

/** A product with its price as it is shown. */
export interface Priced extends Product {
  price: string;
}

type Ad = { productId: string; text: string };

const style = `body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1b2130;background:#f7f8fb}
header{background:#161b33;color:#fff;padding:14px 28px;display:flex;gap:24px;align-items:baseline}
header a{color:#fff;text-decoration:none}header b{font-size:20px}main{max-width:1060px;margin:0 auto;padding:20px 28px}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:18px}
.card{background:#fff;border:1px solid #e2e5ee;border-radius:10px;overflow:hidden;color:inherit;text-decoration:none}
.card img,.big{width:100%;display:block;background:#dfe3ee;aspect-ratio:8/5}.card div{padding:10px 14px}
.ad{background:#fff6da;border:1px solid #f0dfa6;border-radius:8px;padding:8px 14px;display:block;margin:0 0 18px;color:inherit}
button{font:inherit;background:#2f4bd8;color:#fff;border:0;border-radius:8px;padding:8px 18px;cursor:pointer}
blockquote{margin:8px 0;padding-left:12px;border-left:3px solid #cfd5e6}.muted{color:#667}`;

const script = `const send=(method,url,body)=>fetch(url,{method,headers:body?{'content-type':'application/json'}:{},body:body&&JSON.stringify(body)})
const add=async id=>{await send('POST','/api/cart',{productId:id,quantity:1});location='/cart'}
const empty=async()=>{const r=await send('DELETE','/api/cart');r.ok?location.reload():say('The cart could not be emptied.')}
const order=async()=>{const r=await send('POST','/api/checkout',{email:'you@example.org',userCurrency:'USD',
address:{streetAddress:'1 Main Street',city:'Springfield',state:'IL',country:'United States',zipCode:'62701'},
creditCard:{number:'4242424242424242',expirationYear:2099,expirationMonth:1}})
const b=await r.json();say(r.ok?'Thank you. Order '+b.orderId+', '+b.total+' '+b.currency:'The order failed: '+b.message)}
const say=t=>{document.querySelector('#said').textContent=t}`;

/** The home page: every product, an ad, recommendations. */
export function homePage(list: readonly Priced[], ads: readonly Ad[], recommended: readonly string[]): string {
  return layout('Astronomy Shop', adLine(ads) + grid(list) + recommendations(recommended));
}

/** One product with its reviews and their summary. */
export function productPage(
  product: Priced,
  ads: readonly Ad[],
  recommended: readonly string[],
  reviews: readonly Review[],
  summary: string,
): string {
  const quotes = reviews.map(
    ({ reviewer, score, text }) =>
      `<blockquote>${'★'.repeat(score)} ${escape(text)} <span class="muted">${escape(reviewer)}</span></blockquote>`,
  );
  return layout(
    product.name,
    `${adLine(ads)}<div class="grid" style="grid-template-columns:3fr 4fr"><img class="big" alt="" src="/images/products/${product.id}.svg">
<div><h1>${escape(product.name)}</h1><p>${escape(product.description)}</p><p><b>${escape(product.price)}</b></p>
<button onclick="add('${product.id}')">Add to cart</button></div></div>
<h2>Reviews</h2><p><i>${escape(summary)}</i></p>${quotes.join('')}${recommendations(recommended)}`,
  );
}

export function searchPage(query: string, found: readonly Priced[]): string {
  return layout('Search', `<h1>${found.length} found for “${escape(query)}”</h1>${grid(found)}`);
}

export function cartPage(items: readonly CartItem[], list: readonly Priced[]): string {
  const lines = items.map(({ productId, quantity }) => {
    const product = list.find(({ id }) => id === productId);
    return `<li>${quantity} × ${escape(product?.name ?? productId)} at ${escape(product?.price ?? '?')}</li>`;
  });
  const buttons = '<button onclick="order()">Place order</button> <button onclick="empty()">Empty cart</button>';
  const content = lines.length > 0 ? `<ul>${lines.join('')}</ul>${buttons}` : '<p>Nothing in it yet.</p>';
  return layout('Cart', `<h1>Your cart</h1>${content}<p id="said"></p>`);
}

function layout(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title><style>${style}</style></head>
<body><header><b><a href="/">Astronomy Shop</a></b><a href="/search?q=telescope">Telescopes</a><a href="/cart">Cart</a><a href="/board/">Board</a></header>
<main>${content}</main><script>${script}</script></body></html>`;
}

function grid(list: readonly Priced[]): string {
  const cards = list.map(
    ({ id, name, price }) =>
      `<a class="card" href="/product/${id}"><img alt="" src="/images/products/${id}.svg"><div>${escape(name)}<br><b>${escape(price)}</b></div></a>`,
  );
  return `<div class="grid">${cards.join('')}</div>`;
}

function adLine(ads: readonly Ad[]): string {
  return ads.map(({ productId, text }) => `<a class="ad" href="/product/${productId}">${escape(text)}</a>`).join('');
}

function recommendations(ids: readonly string[]): string {
  const links = ids.map((id) => `<a href="/product/${id}">${id}</a>`);
  return links.length > 0 ? `<p class="muted">You may also like: ${links.join(', ')}</p>` : '';
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
