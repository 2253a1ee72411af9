//! The clusters of the informative features.

use std::collections::HashSet;

use backprop_tensor::{Rng, Tensor};

use super::MakeClassification;
use crate::{Result, memory};

impl MakeClassification {
    /// The informative features, `[n, informative]`, cluster by cluster, and the cluster of each sample. Cluster `k`
    /// belongs to the class `k % classes`.
    pub(super) fn clusters(&self, rng: &mut Rng) -> Result<(Tensor, Vec<usize>)> {
        let sizes = self.sizes()?;
        let centers = self.centers(sizes.len(), rng)?;
        let mut clusters = memory::vector(self.samples)?;
        let mut parts = Vec::new();
        for (cluster, size) in sizes.into_iter().enumerate() {
            clusters.extend(std::iter::repeat_n(cluster, size));
            let points = Tensor::normal([size, self.informative], 0.0, 1.0, rng)?;
            let mixture = Tensor::uniform([self.informative, self.informative], -1.0, 1.0, rng)?;
            parts.push(points.matmul(&mixture)?.try_add(&centers.select(0, cluster)?)?);
        }
        Ok((Tensor::concat(&parts.iter().collect::<Vec<_>>(), 0)?, clusters))
    }

    /// How many samples each cluster has.
    fn sizes(&self) -> Result<Vec<usize>> {
        // Known not to overflow: there are no more clusters than samples.
        let clusters = self.classes * self.clusters_per_class;
        let weight = |cluster: usize| match &self.weights {
            None => 1.0 / self.classes as f64,
            Some(weights) => weights
                .get(cluster % self.classes)
                .copied()
                .unwrap_or_else(|| (1.0 - weights.iter().sum::<f64>()).max(0.0)),
        };
        let mut sizes = memory::vector(clusters)?;
        let mut left = self.samples;
        for cluster in 0..clusters {
            let share = self.samples as f64 * weight(cluster) / self.clusters_per_class as f64;
            let size = left.min(share as usize);
            sizes.push(size);
            left -= size;
        }
        // What is lost to rounding goes to the first clusters, one each.
        let weighty: Vec<_> = (0..clusters).filter(|&cluster| weight(cluster) > 0.0).collect();
        for cluster in weighty.into_iter().cycle().take(left) {
            sizes[cluster] += 1;
        }
        Ok(sizes)
    }

    /// The center of each cluster, `[clusters, informative]`.
    fn centers(&self, clusters: usize, rng: &mut Rng) -> Result<Tensor> {
        let side = 2.0 * self.class_sep as f32;
        let corners = self.corners(clusters, rng)?;
        let mut centers = corners.map_into(|bit| bit * side - 0.5 * side)?;
        if !self.hypercube {
            let of_cluster = Tensor::uniform([clusters, 1], 0.0, 1.0, rng)?;
            let of_dimension = Tensor::uniform([1, self.informative], 0.0, 1.0, rng)?;
            centers = centers.try_mul(&of_cluster)?.try_mul(&of_dimension)?;
        }
        Ok(centers)
    }

    /// Different corners of the unit hypercube: zeros and ones, `[clusters, informative]`.
    fn corners(&self, clusters: usize, rng: &mut Rng) -> Result<Tensor> {
        let mut corners = Tensor::bernoulli([clusters, self.informative], 0.5, rng)?;
        // The first 64 dimensions tell the corners apart: they are drawn until they are new.
        let decisive = self.informative.min(64);
        let mut seen = HashSet::new();
        for corner in corners.as_mut_slice()?.chunks_exact_mut(self.informative) {
            let bits = loop {
                let bits = rng.next_u64() >> (64 - decisive);
                if seen.insert(bits) {
                    break bits;
                }
            };
            for (dimension, bit) in corner.iter_mut().take(decisive).enumerate() {
                *bit = (bits >> dimension & 1) as f32;
            }
        }
        Ok(corners)
    }
}
