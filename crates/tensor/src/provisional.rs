//! Provisional and slow: each method here goes when the real one lands, and the file with the last.
#![allow(missing_docs, unused_variables, clippy::all)]
use crate::*;
impl<T: Float> Tensor<T> {
 pub fn cumsum(&self, a: isize) -> Result<Self> { let t=self.transpose(a,-1)?; let n=t.shape()[t.rank()-1]; let mut v=t.to_vec(); for r in v.chunks_mut(n.max(1)) { for i in 1..r.len() { r[i]=r[i]+r[i-1]; } } Tensor::from_slice(&v, t.shape())?.transpose(a,-1) }
 pub fn softmax(&self, a: isize) -> Result<Self> { self.log_softmax(a)?.exp() }
 pub fn log_softmax(&self, a: isize) -> Result<Self> { self.try_sub(&self.logsumexp(keep(a))?) }
 pub fn argsort(&self, a: isize, d: bool) -> Result<Tensor<i64>> { let t=self.transpose(a,-1)?; let n=t.shape()[t.rank()-1]; let v=t.to_vec(); let mut o=vec![]; for r in v.chunks(n.max(1)) { let mut i:Vec<i64>=(0..n as i64).collect(); i.sort_by(|x,y| r[*x as usize].partial_cmp(&r[*y as usize]).unwrap()); if d {i.reverse()} o.extend(i); } Tensor::from_slice(&o, t.shape())?.transpose(a,-1) }
 pub fn topk(&self, k: usize, a: isize, d: bool) -> Result<(Self, Tensor<i64>)> { let i=self.argsort(a,d)?.slice(a,..k)?.contiguous()?; Ok((self.gather(a,&i)?,i)) }
}
