// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/night/stage_words.h"
#include "night/job.h"
#include "night/journal.h"
#include "night/step.h"

namespace fossilct {

// Where the files of a scan lie in the job's folder.
struct ScanFiles {
  std::filesystem::path folder;
  std::filesystem::path scan;       // scan.h5
  std::filesystem::path labels;     // labels.h5, or the labels that were given
  std::filesystem::path catalogue;  // fossils/
  std::filesystem::path report;     // report.html
};
ScanFiles scan_files(const Job& job, const JobScan& scan);

// What a job has to do, as command lines of its stages.
class JobPlan {
 public:
  // Throws Error{option} as check_job_options().
  JobPlan(const Job& job, const std::vector<StageCommand>& commands, int threads);

  const Job& job() const { return job_; }

  // All scans and stages, waiting or skipped.
  NightRecord record() const;
  // Of the job, before the scans; empty where no model is to be trained.
  std::vector<Step> training() const;
  std::vector<Step> steps(const JobScan& scan) const;
  // Of the job, behind the scans: over the catalogues that are there. Writes the depth table.
  std::vector<Step> closing(const NightRecord& now) const;
  // One command line of every stage for each way it is called, to have its options checked before
  // anything runs.
  std::vector<std::vector<std::string>> examples() const;
  // How the segmentation of a scan can be tried out before it is imported.
  struct Probe {
    std::vector<std::string> arguments;  // of `fossilct segment`
    // The same for scans that are segmented alike; empty where there is nothing to try: labels are
    // given, a threshold does it, the job trains the model itself, or import and segment both are
    // given an option that changes the scan.
    std::string kind;
  };
  Probe probe(const JobScan& scan) const;

 private:
  bool is_built(const std::string& stage) const;
  std::string reason_to_skip(const std::string& stage, const JobScan& scan) const;
  std::string reason_to_skip(const std::string& stage) const;
  const StageCommand& command(const std::string& stage) const;
  StageWords words(const std::string& stage, const std::vector<JobOption>& options) const;
  Step step(const std::string& scan, const std::string& stage, const StageWords& words) const;

  Step import_step(const JobScan& scan) const;
  Step segment_step(const JobScan& scan) const;
  Step extract_step(const JobScan& scan) const;
  Step picture_step(const JobScan& scan, const std::string& stage) const;
  Step classify_step(const JobScan& scan) const;
  Step report_step(const JobScan& scan) const;
  Step well_step(const std::vector<const JobScan*>& scans) const;
  Step abundance_step(const std::string& stage, const std::string& ending) const;
  void share_catalogue(Step& step, const JobScan& scan) const;
  std::filesystem::path trained_model() const;
  std::filesystem::path write_depth_table(const std::vector<const JobScan*>& scans) const;

  const Job& job_;
  const std::vector<StageCommand>& commands_;
  int threads_;
};

}  // namespace fossilct
