#include "study/tuning_rows.h"

#include <nlohmann/json.hpp>
#include <variant>

#include "common/number_text.h"
#include "results/tuning_json.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

// The JSON of the one activation, sweep or search in the result.
std::string only_element(const TuningResult& result, const char* list) {
    return Json::parse(tuning_to_json(result)).at(list).at(0).dump();
}

struct ToRow {
    const TuningInfo& info;

    std::optional<TuningRow> operator()(const TuningStarted& started) const {
        return TuningRow{"info", "", tuning_to_json(beginning(started.info))};
    }

    std::optional<TuningRow> operator()(const ActivationsMeasured& measured) const {
        const SiteActivations& activations = measured.activations;
        std::string item = site(activations.site);
        if (!activations.scope.empty()) item += " " + activations.scope + " " + number_text(activations.rate);
        return TuningRow{"activations", item, only_element(applied(measured), "activations")};
    }

    std::optional<TuningRow> operator()(const SiteProfiled& profiled) const {
        const Json json = {{"site", profiled.site},
                           {"act_max", short_double(profiled.act_max)},
                           {"values", profiled.values},
                           {"nonfinite", profiled.nonfinite}};
        return TuningRow{"profiled", site(profiled.site), json.dump()};
    }

    std::optional<TuningRow> operator()(const SweepStarted& started) const {
        return TuningRow{"sweep", site(started.site), only_element(applied(started), "sweeps")};
    }

    std::optional<TuningRow> operator()(const SweepPointMeasured& measured) const {
        SweepStarted started;
        started.site = measured.site;
        return TuningRow{"sweep_point", site(measured.site) + " " + number_text(measured.point.threshold),
                         only_element(applied(started, measured), "sweeps")};
    }

    std::optional<TuningRow> operator()(const SearchStarted& started) const {
        return TuningRow{"search", site(started.site), only_element(applied(started), "searches")};
    }

    std::optional<TuningRow> operator()(const ThresholdEvaluated& evaluated) const {
        return TuningRow{"evaluation", site(evaluated.site) + " " + number_text(evaluated.evaluation.point.threshold),
                         only_element(applied(search_of(evaluated.site), evaluated), "searches")};
    }

    std::optional<TuningRow> operator()(const IntervalChosen& chosen) const {
        return TuningRow{"grid", site(chosen.site) + " " + std::to_string(chosen.grid.number),
                         only_element(applied(search_of(chosen.site), chosen), "searches")};
    }

    std::optional<TuningRow> operator()(const SiteHardened& hardened) const {
        return TuningRow{"hardened", site(hardened.site), only_element(applied(hardened), "searches")};
    }

    std::optional<TuningRow> operator()(const HardenedFileWritten& written) const {
        const Json json = {{"path", written.file.path}, {"images_compared", written.file.images_compared}};
        return TuningRow{"file", "", json.dump()};
    }

    template <typename Other>
    std::optional<TuningRow> operator()(const Other&) const {
        return std::nullopt;
    }

private:
    const std::string& site(int index) const { return info.sites.at(std::size_t(index)).name; }

    static SearchStarted search_of(int site) {
        SearchStarted started;
        started.site = site;
        return started;
    }

    static TuningResult beginning(const TuningInfo& info) {
        TuningResult result;
        clipscope::apply(TuningStarted{info}, result);
        return result;
    }

    template <typename... Events>
    TuningResult applied(const Events&... events) const {
        TuningResult result = beginning(info);
        (clipscope::apply(Event(events), result), ...);
        return result;
    }
};

}  // namespace

std::optional<TuningRow> tuning_row(const TuningInfo& info, const Event& event) {
    return std::visit(ToRow{info}, event);
}

TuningRowReader::TuningRowReader(std::string file) : file_(std::move(file)) {}

TuningResult TuningRowReader::parse(const std::string& list, const std::string& element) const {
    Json json = Json::parse(info_);
    json.at(list).push_back(Json::parse(element));
    return tuning_from_json(json.dump(), file_);
}

Event TuningRowReader::event(const TuningRow& row) {
    try {
        if (row.kind == "info") {
            info_ = row.value;
            return TuningStarted{tuning_from_json(row.value, file_).info};
        }
        if (row.kind == "activations") return ActivationsMeasured{parse("activations", row.value).activations.at(0)};
        if (row.kind == "profiled") {
            const Json json = Json::parse(row.value);
            return SiteProfiled{json.at("site").get<int>(), float(json.at("act_max").get<double>()), json.at("values").get<std::uint64_t>(),
                                json.at("nonfinite").get<std::uint64_t>()};
        }
        if (row.kind == "file") {
            const Json json = Json::parse(row.value);
            return HardenedFileWritten{{json.at("path").get<std::string>(), json.at("images_compared").get<std::int64_t>()}};
        }
        if (row.kind == "sweep" || row.kind == "sweep_point") {
            const SiteSweep sweep = parse("sweeps", row.value).sweeps.at(0);
            if (row.kind == "sweep_point") return SweepPointMeasured{sweep.site, sweep.points.at(0)};
            return SweepStarted{sweep.site, sweep.scope, sweep.act_max, sweep.unclipped, sweep.rates};
        }
        const SiteSearch search = parse("searches", row.value).searches.at(0);
        if (row.kind == "evaluation") return ThresholdEvaluated{search.site, search.evaluations.at(0)};
        if (row.kind == "grid") return IntervalChosen{search.site, search.grids.at(0)};
        if (row.kind == "hardened") return SiteHardened{search.site, search.hardened.value()};
        return SearchStarted{search.site, search.scope, search.act_max, search.settings, search.rates};
    } catch (const Error&) {
    } catch (const std::exception&) {
    }
    throw StudyDamagedError("The row '" + row.kind + " " + row.item + "' in '" + file_ +
                            "' is damaged: save what is left with 'clipscope-cli recover'.");
}

}  // namespace clipscope
