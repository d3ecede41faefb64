import { withManyFlags } from '/work/main/dist/bench/lateness/lab.js';
import { runMany } from '/work/main/dist/bench/lateness/many.js';
const n=Number(process.argv[2]), hold=Number(process.argv[3]), spread=Number(process.argv[4]??0);
await withManyFlags(n, async (client,file,scenarios)=>{
    const r=await runMany(client,file,scenarios,hold,spread);
    const q=(p)=>r.lateness[Math.min(r.lateness.length-1,Math.floor(r.lateness.length*p))];
    console.log(n,{p50:q(.5),p99:q(.99),max:r.lateness.at(-1),ramp:r.ramp,closing:r.closing});
});
